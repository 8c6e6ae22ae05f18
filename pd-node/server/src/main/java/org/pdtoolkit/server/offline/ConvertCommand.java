package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.file.Path;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentSink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies a data dir into one of another backend. */
@Command(
        name = "convert",
        description =
                "Copies a data dir into a new one of another backend, or of the same, and compares"
                        + " both. The original stays as it is.",
        footer = {
            "Example: pd-node storage convert /var/lib/pd-node/pd1 --to h2"
                    + " --output /var/lib/pd-node/pd1.h2"
        })
final class ConvertCommand extends LongCommand {
    @Parameters(paramLabel = "DIR", description = "The data dir of a stopped node.")
    private Path directory;

    @Option(
            names = "--from",
            paramLabel = "BACKEND",
            description =
                    "The storage of DIR: file or h2. Need not be given; if it is, it must be"
                            + " right.")
    private String from;

    @Mixin private NewStorageOptions made;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "NEWDIR",
            required = true,
            description = "The data dir to make; it must not exist, or be empty.")
    private Path output;

    @Override
    public Integer call() throws IOException {
        String backend = SourceDirectory.backendOf(directory);
        if (from != null && !from.equals(backend)) {
            throw refused(directory + ": its storage is '" + backend + "', not '" + from + "'");
        }
        if (output.toAbsolutePath()
                .normalize()
                .startsWith(directory.toAbsolutePath().normalize())) {
            throw refused("the new data dir would lie inside of " + directory);
        }
        Progress progress = progress();
        try (SourceDirectory source = SourceDirectory.open(directory);
                NewDirectory target = NewDirectory.begin(output, made.choice())) {
            String digest =
                    target.build(
                            sink -> {
                                ContentEncoder encoder = new ContentEncoder();
                                ContentSource.read(
                                        source.storage(), ContentSink.all(sink, encoder, progress));
                                return encoder.sha256();
                            });
            streams()
                    .out()
                    .println(
                            output
                                    + ": converted from "
                                    + backend
                                    + " to "
                                    + made.backend()
                                    + ": "
                                    + progress.counts()
                                    + ", digest "
                                    + digest
                                    + " on both sides");
        }
        streams().out().println(String.format(NEXT_STEP, output, made.backend()));
        return ExitCode.OK.number();
    }
}
