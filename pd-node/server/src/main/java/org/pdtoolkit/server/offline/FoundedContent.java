package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.mvcc.StoredHistory;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.runtime.FoundedGroup;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/**
 * Makes of a snapshot's content that of a member of a new cluster: keys, leases, users and alarms
 * stay; identity, log and members are those of the new one. Thread: one.
 */
final class FoundedContent implements ContentSink {
    private final ContentSink target;
    private final FoundedGroup group;
    private final long bump;

    /** Pairs of {@code META} to be handed over in their place, instead of one of the same key. */
    private final TreeMap<Bytes, Bytes> own;

    /** Key of the last own pair that was handed over. */
    private Bytes replaced;

    private Space last = Space.HISTORY;
    private long revision = StoredHistory.FIRST_REVISION;

    /**
     * @param bump how much newer the revision gets, with all history compacted; 0 for neither
     */
    FoundedContent(ContentSink target, FoundedGroup group, long bump) {
        this.target = target;
        this.group = group;
        this.bump = bump;
        this.own = new TreeMap<>(group.memberRecords());
    }

    @Override
    public void log(LogHead head) throws IOException {
        SnapshotSummary.requireSnapshot(head);
        AppliedState base = group.applied();
        target.log(
                new LogHead(
                        Optional.of(group.metadata()), group.hard(), base.index(), base.term()));
    }

    @Override
    public void entry(LogRecord entry) {
        // A log without a head has no entries: the decoder refuses them.
    }

    @Override
    public void state(AppliedState applied) throws IOException {
        target.state(group.applied());
    }

    @Override
    public void pair(Space space, Pair pair) throws IOException {
        if (space != Space.HISTORY && last == Space.HISTORY) {
            endHistory();
        }
        last = space;
        if (space == Space.HISTORY) {
            revision = StoredHistory.change(pair).modRevision();
        } else if (FoundedGroup.isMembership(space, pair.key())) {
            return;
        } else if (space == Space.META) {
            handOver(own.headMap(pair.key(), true));
            if (pair.key().equals(replaced)) {
                return;
            }
        } else {
            handOver(own);
        }
        target.pair(space, pair);
    }

    private void handOver(Map<Bytes, Bytes> pairs) throws IOException {
        for (Map.Entry<Bytes, Bytes> pair : pairs.entrySet()) {
            target.pair(Space.META, new Pair(pair.getKey(), pair.getValue()));
            replaced = pair.getKey();
        }
        pairs.clear();
    }

    private void endHistory() throws IOException {
        if (bump == 0) {
            return;
        }
        if (revision > Long.MAX_VALUE - bump) {
            throw new OfflineException(
                    ExitCode.USAGE,
                    "revision " + revision + " cannot be raised by " + bump + ": choose less");
        }
        Pair compacted = StoredHistory.compacted(revision + bump);
        own.put(compacted.key(), compacted.value());
        target.pair(Space.HISTORY, StoredHistory.mark(revision + bump));
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
    public void end() throws IOException {
        if (last == Space.HISTORY) {
            endHistory();
        }
        handOver(own);
        target.end();
    }
}
