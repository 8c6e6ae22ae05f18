package org.pdtoolkit.server.runtime;

import java.util.List;
import java.util.Optional;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;

/**
 * Reads what the runtime keeps in a storage, for tools that look into the data dir of a stopped
 * node. Thread: the owner of the storage.
 */
public final class StoredGroup {
    private static final EntryType[] TYPES = EntryType.values();

    private StoredGroup() {}

    /**
     * Whose log it is; empty in a new one.
     *
     * @throws IllegalArgumentException when the bytes are not an identity this version reads
     */
    public static Optional<ClusterIdentity> identity(LogStore log) {
        try {
            return log.metadata().map(ClusterIdentity::decode);
        } catch (NodeStartException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The members in id order, as of the applied state.
     *
     * @throws IllegalArgumentException for a record that is none
     */
    public static List<Member> members(OrderedStore.View view) {
        Membership membership = new Membership(members -> {});
        membership.load(view);
        return membership.members();
    }

    /**
     * Refuses a log entry that this version could not apply.
     *
     * @throws IllegalArgumentException saying why
     */
    public static void requireReadable(LogRecord record) {
        if (record.kind() >= TYPES.length) {
            throw new IllegalArgumentException("unknown entry type " + record.kind());
        }
        byte[] data = record.data().toArray();
        Entry entry = new Entry(record.term(), record.index(), TYPES[record.kind()], data);
        if (entry.type() == EntryType.NORMAL) {
            if (data.length > 0 && !ApplyLoop.isReadable(entry)) {
                throw new IllegalArgumentException("no command that this version reads");
            }
            return;
        }
        MemberChange.of(ConfChange.decode(entry));
    }
}
