package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentSink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the content as one stream that every backend can take. */
@Command(
        name = "export",
        description =
                "Writes everything in a data dir as one checksummed stream that does not depend on"
                        + " the backend. It holds all keys and values: keep it safe.",
        footer = {
            "Examples:",
            "  pd-node storage export /var/lib/pd-node/pd1 --output pd1.export",
            "  pd-node storage export /var/lib/pd-node/pd1 --output - | gzip > pd1.gz"
        })
final class ExportCommand extends LongCommand {
    private static final String STANDARD_OUTPUT = "-";

    @Parameters(paramLabel = "DIR", description = "The data dir of a stopped node.")
    private Path directory;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description =
                    "The file to write, which appears or is replaced when it is complete, or - for"
                            + " standard output.")
    private String output;

    @Override
    public Integer call() throws IOException {
        Progress progress = progress();
        try (SourceDirectory source = SourceDirectory.open(directory)) {
            if (output.equals(STANDARD_OUTPUT)) {
                PrintStream out = streams().out();
                ContentEncoder encoder = new ContentEncoder(new Checked(out));
                ContentSource.read(source.storage(), ContentSink.all(encoder, progress));
                tell(streams().err(), progress, encoder);
                return ExitCode.OK.number();
            }
            requireOutside();
            try (ExportFile file = ExportFile.create(Path.of(output))) {
                ContentEncoder encoder = new ContentEncoder(file.stream());
                ContentSource.read(source.storage(), ContentSink.all(encoder, progress));
                file.publish();
                tell(streams().out(), progress, encoder);
            }
        }
        return ExitCode.OK.number();
    }

    private void requireOutside() throws IOException {
        Path file = Path.of(output).toAbsolutePath().normalize();
        Path parent = file.getParent();
        Path real = parent.toFile().exists() ? parent.toRealPath() : parent;
        if (real.startsWith(directory.toRealPath())) {
            throw refused("the output would lie inside of " + directory + "; write it elsewhere");
        }
    }

    private void tell(PrintStream target, Progress progress, ContentEncoder encoder) {
        target.println(
                directory + ": exported: " + progress.counts() + ", digest " + encoder.sha256());
    }

    /** A print stream swallows its failures; nobody would see that the reader has gone. */
    private static final class Checked extends OutputStream {
        private final PrintStream out;

        Checked(PrintStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            check();
        }

        @Override
        public void flush() throws IOException {
            check();
        }

        private void check() throws IOException {
            if (out.checkError()) {
                throw new IOException(
                        "standard output cannot be written: its reader has gone, or there is no"
                                + " room");
            }
        }
    }
}
