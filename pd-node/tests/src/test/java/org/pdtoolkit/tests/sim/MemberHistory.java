package org.pdtoolkit.tests.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.Change;
import org.pdtoolkit.raft.ConfChange;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.server.runtime.StoredGroup;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/**
 * The member lists that the log makes, one after the other, told from what the members store: one
 * chain for all, each link one change, and nobody in it who was removed.
 */
final class MemberHistory {
    /** How long a removed leader's fence may outlast its removal, with clocks apart. */
    private static final long GRACE = 2 * World.SECOND;

    private static final Bytes REMOVED = Bytes.utf8("removed/");

    /** The list as of an applied index, and who had been removed by then. */
    record Version(long index, List<Member> members, Set<Long> removed) {
        Set<Long> ids(boolean learners) {
            Set<Long> ids = new TreeSet<>();
            members.stream().filter(m -> m.learner() == learners).forEach(m -> ids.add(m.id()));
            return ids;
        }

        Set<Long> voters() {
            return ids(false);
        }

        boolean isSame(Version other) {
            return members.equals(other.members) && removed.equals(other.removed);
        }
    }

    private final World world;
    private final int founders;
    private final TreeMap<Long, Version> versions = new TreeMap<>();
    private final Map<Long, Long> removedAt = new HashMap<>();

    /** By index of a change: voters of the group it makes that have not applied it. */
    private final TreeMap<Long, Set<Long>> unaware = new TreeMap<>();

    /** By removed id: when the last of them had applied its removal. */
    private final Map<Long, Long> goneSince = new HashMap<>();

    /**
     * @param founders number of the log's first entries that together make the first list
     */
    MemberHistory(World world, int founders) {
        this.world = world;
        this.founders = founders;
    }

    /** The last list that any member has applied; {@code null} before the first. */
    Version latest() {
        return versions.isEmpty() ? null : versions.lastEntry().getValue();
    }

    boolean isRemoved(long id) {
        return removedAt.containsKey(id);
    }

    /** Whether {@code list} was the list at that index or later. */
    boolean isSince(long index, List<Member> list) {
        return versions.tailMap(versions.floorKey(index)).values().stream()
                .anyMatch(version -> version.members().equals(list));
    }

    // ---- what members store -------------------------------------------------------------------

    /** A member has stored, or found in its storage, what it has applied. */
    void onStored(Node node, OrderedStore store) {
        AppliedState at = store.applied();
        if (at.index() < founders) {
            return;
        }
        Version now = read(at.index(), store);
        ConfState core = ConfStateCodec.decode(at.confState());
        world.check(
                new TreeSet<>(core.voters()).equals(now.voters())
                        && new TreeSet<>(core.learners()).equals(now.ids(true))
                        && core.votersOutgoing().isEmpty(),
                node.name + " has applied " + core + " at " + at.index() + " and stores " + now);
        Map.Entry<Long, Version> known = versions.floorEntry(at.index());
        if (known != null && versions.lastKey() >= at.index()) {
            world.check(
                    known.getValue().isSame(now),
                    "members differ at " + at.index() + ": " + known + ", at " + node.name + now);
        } else if (known == null || !known.getValue().isSame(now)) {
            extend(known == null ? null : known.getValue(), now);
        }
    }

    private static Version read(long index, OrderedStore store) {
        try (OrderedStore.View view = store.view()) {
            Set<Long> removed = new TreeSet<>();
            Iterator<OrderedStore.Pair> pairs = view.scan(Space.META, REMOVED, REMOVED.prefixEnd());
            while (pairs.hasNext()) {
                byte[] key = pairs.next().key().toArray();
                removed.add(Bytes.copyOf(key, REMOVED.size(), key.length).toLong());
            }
            return new Version(index, StoredGroup.members(view), removed);
        }
    }

    private void extend(Version before, Version now) {
        versions.put(now.index(), now);
        world.trace(now.members().hashCode());
        for (Member member : now.members()) {
            world.check(!now.removed().contains(member.id()), "a removed member is back: " + now);
        }
        if (before == null) {
            return;
        }
        world.count("members.versions");
        Set<Long> gone = new TreeSet<>(now.removed());
        gone.removeAll(before.removed());
        Set<Member> changed = new HashSet<>(now.members());
        before.members().forEach(changed::remove);
        boolean one = gone.size() + changed.size() == 1;
        boolean kept = now.removed().containsAll(before.removed());
        world.check(one && kept, "not one change: from " + before + " to " + now);
        for (long id : gone) {
            removedAt.put(id, now.index());
            unaware.values().forEach(voters -> voters.remove(id));
        }
        if (!gone.isEmpty() || !now.voters().equals(before.voters())) {
            unaware.put(now.index(), now.voters());
        }
    }

    /** Voters that have not applied every removal and every change of the voters yet. */
    Set<Long> unaware() {
        Set<Long> all = new TreeSet<>();
        unaware.values().forEach(all::addAll);
        return all;
    }

    /** A member has applied that much. */
    void onApplied(long id, long index) {
        if (unaware.isEmpty()) {
            return;
        }
        unaware.headMap(index, true).values().forEach(voters -> voters.remove(id));
        unaware.values().removeIf(Set::isEmpty);
        removedAt.forEach(
                (gone, removal) -> {
                    if (!unaware.containsKey(removal)) {
                        goneSince.putIfAbsent(gone, world.now());
                    }
                });
    }

    boolean isChange(long index) {
        return versions.containsKey(index);
    }

    // ---- what removed members may do ----------------------------------------------------------

    /**
     * A member answers, as only a leader or who asked it can, a question asked at {@code asked}.
     */
    void checkMayAnswer(Node node, long asked) {
        Long since = goneSince.get(node.memberId());
        world.check(
                since == null || asked <= since + GRACE,
                node.name + " serves, although it was removed and all others know");
    }

    /** Voters elect a leader only if they are a majority of a group that it may know of. */
    void checkElected(Node node, Set<Long> voters, long appliedBefore, LogStore log) {
        Map.Entry<Long, Version> known = versions.floorEntry(appliedBefore);
        if (known == null) {
            return;
        }
        List<Set<Long>> groups = new ArrayList<>();
        versions.tailMap(known.getKey()).values().forEach(v -> groups.add(v.voters()));
        groups.addAll(groupsAhead(log));
        world.check(
                groups.stream().anyMatch(group -> isMajority(voters, group)),
                node.name + " is made leader by " + voters + " of " + groups);
    }

    private static boolean isMajority(Set<Long> voters, Set<Long> group) {
        return voters.stream().filter(group::contains).count() > group.size() / 2;
    }

    /** A change takes effect in the core a little before anybody has stored it. */
    private List<Set<Long>> groupsAhead(LogStore log) {
        List<Set<Long>> groups = new ArrayList<>();
        Set<Long> group = latest().voters();
        long from = Math.max(log.firstIndex(), versions.lastKey() + 1);
        if (from > log.lastIndex()) {
            // It wins a vote of long ago, and is about to hear of what came since.
            return groups;
        }
        for (LogRecord record : log.read(from, log.lastIndex() + 1, Long.MAX_VALUE)) {
            EntryType type = EntryType.values()[record.kind()];
            if (type != EntryType.NORMAL) {
                byte[] data = record.data().toArray();
                Entry entry = new Entry(record.term(), record.index(), type, data);
                for (Change change : ConfChange.decode(entry).changes()) {
                    group = new TreeSet<>(group);
                    switch (change.type()) {
                        case ADD_NODE -> group.add(change.nodeId());
                        case REMOVE_NODE -> group.remove(change.nodeId());
                        default -> {}
                    }
                    groups.add(group);
                }
            }
        }
        return groups;
    }
}
