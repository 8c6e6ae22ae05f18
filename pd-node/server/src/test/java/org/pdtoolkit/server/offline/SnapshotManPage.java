package org.pdtoolkit.server.offline;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Writes {@code pd-node-snapshot(8)} from the command model. */
final class SnapshotManPage extends CommandManPage {
    private SnapshotManPage() {}

    static String text() {
        SnapshotManPage page = new SnapshotManPage();
        page.write();
        return page.written();
    }

    private void write() {
        List<CommandSpec> commands =
                begin(
                        "PD-NODE-SNAPSHOT",
                        "look into a saved snapshot, and found a cluster from it",
                        SnapshotCommand.of(STREAMS));
        line(".SH DESCRIPTION");
        text(
                "A snapshot is what \\fBetcdctl snapshot save\\fR saves from a running node: all"
                        + " keys with their history, leases, users, roles and alarms of one moment."
                        + " It is saved while the node goes on serving.",
                "A restored cluster is a new one, with members and ids of its own. What was written"
                        + " after the snapshot is lost, and revisions are given out again unless"
                        + " they are raised; timestamps may repeat. Region data are not part of a"
                        + " snapshot: the stores report them again.");
        line(".SH COMMANDS");
        commands.forEach(this::command);
        line(".SH SNAPSHOT FORMAT");
        text(
                "The export format of \\fBpd-node-storage\\fR(8), version 1, with an empty log"
                        + " head, the pairs of the history and of the replicated records, and no"
                        + " snapshot inside; then zeros up to a multiple of 512 bytes; then the"
                        + " SHA\\-256 of everything before it (32 bytes). etcdctl checks the"
                        + " size, the restore all of it. Files of etcd itself (bbolt databases)"
                        + " are told apart and refused.");
        environmentAndExit();
        line(".BR pd-node (8),");
        line(".BR pd-node-storage (8),");
        line(".BR pd-storage (7)");
    }
}
