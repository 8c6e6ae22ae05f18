package org.pdtoolkit.server.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.Change;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/**
 * The replicated list of members.
 *
 * <p>Kept in {@link Space#META} under {@code member/} and eight bytes of id; {@code removed/} keeps
 * the ids of those who left. Thread: apply writes, anyone reads {@link #members()}.
 */
final class Membership {
    private static final Bytes PREFIX = Bytes.utf8("member/");
    private static final Bytes REMOVED_PREFIX = Bytes.utf8("removed/");

    private final TreeMap<Long, Member> byId = new TreeMap<>(Long::compareUnsigned);
    private final Consumer<List<Member>> onChange;
    private final Set<Long> removed = ConcurrentHashMap.newKeySet();
    private volatile List<Member> members = List.of();

    Membership(Consumer<List<Member>> onChange) {
        this.onChange = onChange;
    }

    /** Members in id order. Thread: any. */
    List<Member> members() {
        return members;
    }

    Member find(long id) {
        for (Member member : members) {
            if (member.id() == id) {
                return member;
            }
        }
        return null;
    }

    /** Whether that id belonged to a member once and never will again. Thread: any. */
    boolean isRemoved(long id) {
        return removed.contains(id);
    }

    /** Ids of all members that were removed. Thread: any. */
    Set<Long> removed() {
        return Set.copyOf(removed);
    }

    /** Reads the list again, after a start or an installed snapshot. */
    void load(OrderedStore.View view) {
        byId.clear();
        Iterator<OrderedStore.Pair> pairs = view.scan(Space.META, PREFIX, PREFIX.prefixEnd());
        while (pairs.hasNext()) {
            Member member = MemberCodec.decode(pairs.next().value());
            byId.put(member.id(), member);
        }
        removed.clear();
        pairs = view.scan(Space.META, REMOVED_PREFIX, REMOVED_PREFIX.prefixEnd());
        while (pairs.hasNext()) {
            byte[] key = pairs.next().key().toArray();
            removed.add(Bytes.copyOf(key, REMOVED_PREFIX.size(), key.length).toLong());
        }
        publish();
    }

    /** Uses {@code initial} until the log says otherwise. */
    void seed(Collection<Member> initial) {
        initial.forEach(member -> byId.put(member.id(), member));
        publish();
    }

    /** Adds the writes of a committed membership change that takes place to {@code batch}. */
    void apply(ConfChange change, Batch batch) {
        Member carried = MemberChange.of(change).member();
        for (Change c : change.changes()) {
            switch (c.type()) {
                case ADD_NODE, ADD_LEARNER_NODE -> {
                    boolean learner = c.type() == ChangeType.ADD_LEARNER_NODE;
                    Member known = byId.get(c.nodeId());
                    put(carried == null ? known : added(carried, known), learner, batch);
                }
                case REMOVE_NODE -> remove(c.nodeId(), batch);
                case UPDATE_NODE -> {
                    Member known = byId.get(c.nodeId());
                    put(moved(known, carried.peerUrls()), known.learner(), batch);
                }
            }
        }
        publish();
    }

    /** A founding member may be known already, and have published itself. */
    private static Member added(Member added, Member known) {
        List<String> clients = known == null ? List.of() : known.clientUrls();
        return new Member(added.id(), added.name(), added.peerUrls(), clients, added.learner());
    }

    private static Member moved(Member known, List<String> peerUrls) {
        return new Member(known.id(), known.name(), peerUrls, known.clientUrls(), known.learner());
    }

    private void remove(long id, Batch batch) {
        byId.remove(id);
        removed.add(id);
        batch.delete(Space.META, key(id));
        batch.put(Space.META, REMOVED_PREFIX.concat(Bytes.ofLong(id)), Bytes.EMPTY);
    }

    /** A member tells its name and client URLs; peer URLs stay what the cluster agreed on. */
    void publish(Member self, Batch batch) {
        Member known = byId.get(self.id());
        if (known != null) {
            put(
                    new Member(known.id(), self.name(), known.peerUrls(), self.clientUrls(), false),
                    known.learner(),
                    batch);
            publish();
        }
    }

    private void put(Member member, boolean learner, Batch batch) {
        Member recorded =
                new Member(
                        member.id(),
                        member.name(),
                        member.peerUrls(),
                        member.clientUrls(),
                        learner);
        byId.put(member.id(), recorded);
        batch.put(Space.META, key(member.id()), MemberCodec.encode(recorded));
    }

    private void publish() {
        List<Member> list = new ArrayList<>(byId.values());
        list.sort(Comparator.comparing(Member::id, Long::compareUnsigned));
        members = List.copyOf(list);
        onChange.accept(members);
    }

    /** Whether that key of {@code META} is one of these records. */
    static boolean isRecord(Bytes key) {
        return key.startsWith(PREFIX) || key.startsWith(REMOVED_PREFIX);
    }

    static Bytes key(long id) {
        return PREFIX.concat(Bytes.ofLong(id));
    }
}
