package org.pdtoolkit.server.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
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
 * <p>Kept in {@link Space#META} under {@code member/} and eight bytes of id. Thread: apply writes,
 * anyone reads {@link #members()}.
 */
final class Membership {
    private static final Bytes PREFIX = Bytes.utf8("member/");
    private static final Bytes REMOVED_PREFIX = Bytes.utf8("removed/");

    private final TreeMap<Long, Member> byId = new TreeMap<>(Long::compareUnsigned);
    private final Consumer<List<Member>> onChange;
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

    /** Reads the list again, after a start or an installed snapshot. */
    void load(OrderedStore.View view) {
        byId.clear();
        Iterator<OrderedStore.Pair> pairs = view.scan(Space.META, PREFIX, PREFIX.prefixEnd());
        while (pairs.hasNext()) {
            Member member = MemberCodec.decode(pairs.next().value());
            byId.put(member.id(), member);
        }
        publish();
    }

    /** Uses {@code initial} until the log says otherwise. */
    void seed(Collection<Member> initial) {
        initial.forEach(member -> byId.put(member.id(), member));
        publish();
    }

    /** Adds the writes of a committed membership change to {@code batch}. */
    void apply(ConfChange change, Batch batch) {
        for (Change c : change.changes()) {
            switch (c.type()) {
                case ADD_NODE, ADD_LEARNER_NODE -> {
                    Member added = MemberCodec.decode(Bytes.wrap(change.context()));
                    Member known = byId.get(c.nodeId());
                    List<String> clients = known == null ? List.of() : known.clientUrls();
                    boolean learner = c.type() == ChangeType.ADD_LEARNER_NODE;
                    put(
                            new Member(
                                    c.nodeId(), added.name(), added.peerUrls(), clients, learner),
                            batch);
                }
                case REMOVE_NODE -> {
                    byId.remove(c.nodeId());
                    batch.delete(Space.META, key(c.nodeId()));
                    batch.put(
                            Space.META,
                            REMOVED_PREFIX.concat(Bytes.ofLong(c.nodeId())),
                            Bytes.EMPTY);
                }
                case UPDATE_NODE -> put(MemberCodec.decode(Bytes.wrap(change.context())), batch);
            }
        }
        publish();
    }

    /** A member tells its name and client URLs; peer URLs stay what the cluster agreed on. */
    void publish(Member self, Batch batch) {
        Member known = byId.get(self.id());
        if (known != null) {
            put(
                    new Member(
                            known.id(),
                            self.name(),
                            known.peerUrls(),
                            self.clientUrls(),
                            known.learner()),
                    batch);
            publish();
        }
    }

    private void put(Member member, Batch batch) {
        byId.put(member.id(), member);
        batch.put(Space.META, key(member.id()), MemberCodec.encode(member));
    }

    private void publish() {
        List<Member> list = new ArrayList<>(byId.values());
        list.sort(Comparator.comparing(Member::id, Long::compareUnsigned));
        members = List.copyOf(list);
        onChange.accept(members);
    }

    private static Bytes key(long id) {
        return PREFIX.concat(Bytes.ofLong(id));
    }
}
