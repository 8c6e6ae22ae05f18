package org.pdtoolkit.server.offline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.pdtoolkit.wire.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what a snapshot holds; JSON has the names of {@code etcdutl snapshot status}. */
@Command(
        name = "status",
        description =
                "Checks a snapshot from its first to its last byte, and shows its hash, its newest"
                        + " revision, the number of its keys and its size.",
        footer = "Example: pd-node snapshot status backup.db --format json")
final class SnapshotStatusCommand extends DirectoryCommand {
    @Parameters(paramLabel = "FILE", description = "What 'etcdctl snapshot save' has saved.")
    private Path file;

    @Mixin private FormatOption format;

    @Override
    public Integer call() throws IOException {
        SnapshotFile snapshot = SnapshotFile.open(file, true);
        SnapshotSummary seen = new SnapshotSummary();
        snapshot.read(seen);
        long size = Files.size(file);
        String text = format.json() ? json(seen, size) : table(seen, size);
        streams().out().print(text);
        streams().out().flush();
        return ExitCode.OK.number();
    }

    private static String table(SnapshotSummary seen, long size) {
        return String.format(
                Locale.ROOT,
                "HASH      REVISION    KEYS        SIZE%n%08x  %-10d  %-10d  %s%n",
                seen.hash(),
                seen.revision(),
                seen.keys(),
                Sizes.text(size));
    }

    private static String json(SnapshotSummary seen, long size) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("hash", Integer.toUnsignedLong(seen.hash()));
            json.writeNumberField("revision", seen.revision());
            json.writeNumberField("totalKey", seen.keys());
            json.writeNumberField("totalSize", size);
            json.writeStringField("version", Version.ETCD_CLUSTER);
            json.writeEndObject();
        }
        return text + System.lineSeparator();
    }
}
