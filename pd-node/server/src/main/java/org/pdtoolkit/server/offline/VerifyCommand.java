package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.file.Path;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentSink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Reads everything and checks that it fits together. */
@Command(
        name = "verify",
        description = {
            "Reads everything in a data dir, pairs forwards and backwards, and checks that log,"
                    + " state and snapshot fit together and that a node could load them.",
            "Prints the digest of the content: two data dirs with the same one hold the same,"
                    + " whatever their backends."
        },
        footer = "Example: pd-node storage verify /var/lib/pd-node/pd1 --progress")
final class VerifyCommand extends LongCommand {
    @Parameters(paramLabel = "DIR", description = "The data dir of a stopped node.")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        Verification verification = new Verification();
        ContentEncoder digest = new ContentEncoder();
        Progress progress = progress();
        try (SourceDirectory source = SourceDirectory.open(directory)) {
            ContentSource.read(source.storage(), ContentSink.all(verification, digest, progress));
            verification.finish(source.storage());
        }
        verification.notes().forEach(note -> streams().err().println("note: " + note));
        if (!verification.problems().isEmpty()) {
            throw new OfflineException(
                    ExitCode.DAMAGED,
                    directory
                            + ": damaged:\n  "
                            + String.join("\n  ", verification.problems())
                            + "\nKeep a copy of the data dir, then restore it from a backup, or"
                            + " remove this member and add it again empty");
        }
        streams()
                .out()
                .println(
                        directory
                                + ": no damage: "
                                + progress.counts()
                                + ", digest "
                                + digest.sha256());
        return ExitCode.OK.number();
    }
}
