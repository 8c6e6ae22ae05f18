package org.pdtoolkit.server.offline;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pdtoolkit.server.content.ContentSink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Builds a data dir from an export. */
@Command(
        name = "import",
        description =
                "Builds a new data dir from an export. It appears when it is complete, checked"
                        + " against the digest and read back; an interrupted import leaves none.",
        footer = {
            "Example: pd-node storage import pd1.export --data-dir /var/lib/pd-node/new"
                    + " --to file"
        })
final class ImportCommand extends LongCommand {
    private static final String STANDARD_INPUT = "-";
    private static final int BUFFER_BYTES = 1 << 16;

    @Parameters(
            paramLabel = "FILE",
            description = "What export has written, or - for standard input.")
    private String file;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            required = true,
            description = "The data dir to make; it must not exist, or be empty.")
    private Path directory;

    @Mixin private NewStorageOptions made;

    @Override
    public Integer call() throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return build("standard input", streams().in());
        }
        Path path = Path.of(file);
        if (!Files.exists(path) || Files.isDirectory(path)) {
            throw refused(file + ": there is no such file");
        }
        // Unlike the stream of java.nio.file.Files, this one can also read from a pipe.
        try (InputStream in = new FileInputStream(path.toFile())) {
            return build(file, in);
        }
    }

    private int build(String name, InputStream in) throws IOException {
        Progress progress = progress();
        InputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
        try (NewDirectory target = NewDirectory.begin(directory, made.choice())) {
            String digest =
                    target.build(
                            sink ->
                                    ContentDecoder.decode(
                                            name, buffered, ContentSink.all(sink, progress)));
            streams()
                    .out()
                    .println(directory + ": imported: " + progress.counts() + ", digest " + digest);
        }
        streams().out().println(String.format(NEXT_STEP, directory, made.backend()));
        return ExitCode.OK.number();
    }
}
