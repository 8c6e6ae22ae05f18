package org.pdtoolkit.server.runtime;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.raft.Change;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;

/**
 * Makes a surviving member the only one of its cluster: the removal of all others is appended to
 * its log, and all of the log counts as committed. Ids and data stay.
 *
 * <p>What the survivor has not heard of is lost. What it holds without knowing that it was
 * committed stays, since a client may have been told so.
 */
final class ForcedCluster {
    private static final Logger LOG = LogManager.getLogger(ForcedCluster.class);
    private static final EntryType[] TYPES = EntryType.values();
    private static final long READ_BYTES_MAX = 4 << 20;

    private ForcedCluster() {}

    /**
     * @throws NodeStartException when this member was removed from the cluster
     */
    static void write(LogStore log, AppliedState applied, long self) {
        Members members = new Members(ConfStateCodec.decode(applied.confState()));
        long next = applied.index() + 1;
        while (next <= log.lastIndex()) {
            for (LogRecord record : log.read(next, log.lastIndex() + 1, READ_BYTES_MAX)) {
                members.follow(record);
                next = record.index() + 1;
            }
        }
        if (!members.all.contains(self)) {
            throw new NodeStartException(
                    "--force-new-cluster: this member was removed from the cluster, it cannot go on"
                            + " with its data; use the data dir of another member");
        }
        long term = Math.max(log.hardState().term(), log.term(log.lastIndex()));
        List<LogRecord> records = new ArrayList<>();
        for (ConfChange change : members.changes(self)) {
            records.add(
                    new LogRecord(
                            term,
                            log.lastIndex() + 1 + records.size(),
                            EntryType.CONF_CHANGE_V2.ordinal(),
                            Bytes.wrap(change.encode())));
        }
        long vote = term == log.hardState().term() ? log.hardState().vote() : 0;
        log.append(new HardState(term, vote, log.lastIndex() + records.size()), records);
        LOG.warn(
                "force-new-cluster: this member goes on alone, {} others are removed. Use the flag"
                        + " once: left on, it removes the members that you add now",
                members.all.size() - 1);
    }

    /** The ids of the group, at the end of the log. */
    private static final class Members {
        final Set<Long> all = new LinkedHashSet<>();
        final Set<Long> learners = new LinkedHashSet<>();

        Members(ConfState applied) {
            all.addAll(applied.voters());
            all.addAll(applied.votersOutgoing());
            all.addAll(applied.learners());
            learners.addAll(applied.learners());
        }

        void follow(LogRecord record) {
            EntryType type = TYPES[record.kind()];
            if (type == EntryType.NORMAL) {
                return;
            }
            byte[] data = record.data().toArray();
            Entry entry = new Entry(record.term(), record.index(), type, data);
            for (Change change : ConfChange.decode(entry).changes()) {
                switch (change.type()) {
                    case ADD_NODE -> {
                        all.add(change.nodeId());
                        learners.remove(change.nodeId());
                    }
                    case ADD_LEARNER_NODE -> {
                        all.add(change.nodeId());
                        learners.add(change.nodeId());
                    }
                    case REMOVE_NODE -> {
                        all.remove(change.nodeId());
                        learners.remove(change.nodeId());
                    }
                    case UPDATE_NODE -> {
                        // Nobody comes or goes.
                    }
                }
            }
        }

        List<ConfChange> changes(long self) {
            byte[] nothing = new MemberChange(0, 0, null).encode();
            List<ConfChange> changes = new ArrayList<>();
            if (learners.contains(self)) {
                changes.add(ConfChange.of(ChangeType.ADD_NODE, self, nothing));
            }
            all.stream()
                    .filter(id -> id != self)
                    .forEach(id -> changes.add(ConfChange.of(ChangeType.REMOVE_NODE, id, nothing)));
            return changes;
        }
    }
}
