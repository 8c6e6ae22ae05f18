package org.pdtoolkit.server.offline;

import java.util.HashSet;
import java.util.Set;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.mvcc.StoredHistory;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.content.StateChecksum;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/** What a snapshot amounts to. Holds its keys in memory. Thread: one. */
final class SnapshotSummary implements ContentSink {
    private final StateChecksum checksum = new StateChecksum();
    private final Set<Bytes> keys = new HashSet<>();
    private long revision = StoredHistory.FIRST_REVISION;

    /** CRC-32C of all pairs, as a member answers the Hash call. */
    int hash() {
        return checksum.value();
    }

    /** The newest. */
    long revision() {
        return revision;
    }

    /** Keys that exist at that revision. */
    int keys() {
        return keys.size();
    }

    @Override
    public void log(LogHead head) {
        SnapshotSummary.requireSnapshot(head);
    }

    /** An export looks the same but for the log. */
    static void requireSnapshot(LogHead head) {
        if (head.metadata().isPresent()) {
            throw new OfflineException(
                    ExitCode.USAGE,
                    "this is the export of one member, not a snapshot: take it with 'pd-node"
                            + " storage import'");
        }
    }

    @Override
    public void entry(LogRecord entry) {
        // A log without a head has no entries: the decoder refuses them.
    }

    @Override
    public void state(AppliedState applied) {
        // of the cluster it was saved from
    }

    @Override
    public void pair(Space space, Pair pair) {
        checksum.add(space, pair);
        if (space == Space.HISTORY) {
            KeyValue change = StoredHistory.change(pair);
            revision = change.modRevision();
            if (change.version() == 0) {
                keys.remove(change.key());
            } else {
                keys.add(change.key());
            }
        }
    }

    @Override
    public void snapshot(long index, long term) {
        // A snapshot holds none.
    }

    @Override
    public void snapshotBytes(byte[] piece, int length) {
        // A snapshot holds none.
    }

    @Override
    public void end() {
        // Everything is known.
    }
}
