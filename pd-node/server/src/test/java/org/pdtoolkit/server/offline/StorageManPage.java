package org.pdtoolkit.server.offline;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Writes {@code pd-node-storage(8)} from the command model. */
final class StorageManPage extends CommandManPage {
    private StorageManPage() {}

    static String text() {
        StorageManPage page = new StorageManPage();
        page.write();
        return page.written();
    }

    private void write() {
        List<CommandSpec> commands =
                begin(
                        "PD-NODE-STORAGE",
                        "look into, check, copy and convert the data dir of a node",
                        StorageCommand.of(STREAMS));
        line(".SH DESCRIPTION");
        text(
                "The node must be stopped; one that runs is named by its process id and left"
                        + " alone. The backend is read from the data dir.",
                "Opening a data dir may do what every start of the node does: finish what a crash"
                        + " interrupted, and bring an older disk format to the current one."
                        + " Nothing else is written to it. A directory without a storage is"
                        + " refused, never made into one.",
                "Answers go to standard output, everything else to standard error. What takes"
                        + " longer than a second tells how far it is if standard error is a"
                        + " terminal.");
        line(".SH COMMANDS");
        commands.forEach(this::command);
        line(".SH COPIES OF A MEMBER");
        text(
                "Never start both a data dir and its copy: two members would vote with one name."
                        + " In a cluster of several members start only a copy that was made after"
                        + " the member stopped for the last time. An older one has forgotten votes"
                        + " and entries that the others count on; remove the member and add it"
                        + " again empty instead. A copy of the only member of a cluster may be"
                        + " older: then what came after it is lost, timestamps may repeat.");
        line(".SH EXPORT FORMAT");
        text(
                "Version 1, big endian. It begins with PDEXPORT and the version (4 bytes). Blocks"
                        + " follow: type (1), length (4), payload, CRC32C (4) of all three. Types"
                        + " in their order: 1 log head, 2 log entries, 3 applied state, 4 pairs, 5"
                        + " snapshot, 6 its content, 7 the SHA\\-256 of everything before this"
                        + " block. That is the digest the commands print. Equal content gives"
                        + " equal bytes, whatever the backend.");
        environmentAndExit();
        line(".BR pd-node (8),");
        line(".BR pd-storage (7)");
    }
}
