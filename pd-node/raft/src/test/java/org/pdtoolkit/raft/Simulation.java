package org.pdtoolkit.raft;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A group under faults, all decided by one seed: messages are lost, repeated, reordered, links and
 * nodes go down, nodes crash at every point of a Ready, unsynced hard states are forgotten, logs
 * are compacted, members come and go. The seed also draws which options the group runs with.
 */
final class Simulation {
    private static final int LOSS_PERCENT = 5;
    private static final int REPEAT_PERCENT = 3;
    private static final int INFLIGHT_MAX = 400;
    private static final int ELECTION_TICKS = 10;

    /** One node: what survives a crash, and what does not. */
    private static final class Member {
        final MemoryStorage storage = new MemoryStorage();
        HardState synced = HardState.EMPTY;
        boolean initial;

        RaftNode node;
        NodeHistory history;
        long hash;
        long applied;
        ConfState confState;
        final ArrayDeque<Message> appendWork = new ArrayDeque<>();
        final ArrayDeque<Message> applyWork = new ArrayDeque<>();
        HardState lastHardState = HardState.EMPTY;
    }

    private final RandomSource random;
    private final int voters;
    private final boolean async;
    private final boolean membershipChanges;
    private final boolean preVote;
    private final boolean checkQuorum;
    private final boolean stepDownOnRemoval;
    private final boolean commitByVote;
    private final TreeMap<Long, Member> members = new TreeMap<>();
    private final List<Message> network = new ArrayList<>();
    private final Map<Long, Long> reads = new HashMap<>();
    private final ClusterCheck check = new ClusterCheck();
    private long cutMask;
    private long proposals;
    private boolean faults = true;

    Simulation(long seed, int voters, boolean async, boolean membershipChanges) {
        random = RandomSource.seeded(seed);
        this.voters = voters;
        this.async = async;
        this.membershipChanges = membershipChanges;
        preVote = chance(60);
        checkQuorum = chance(70);
        stepDownOnRemoval = chance(50);
        commitByVote = seed % 4 == 0;
        check.onConfiguration(voters, ConfState.ofVoters(firstIds(voters)));
        int all = membershipChanges ? voters + 2 : voters;
        for (long id = 1; id <= all; id++) {
            Member member = new Member();
            member.initial = id <= voters;
            members.put(id, member);
            start(id);
        }
    }

    private static List<Long> firstIds(int count) {
        List<Long> ids = new ArrayList<>();
        for (long id = 1; id <= count; id++) {
            ids.add(id);
        }
        return ids;
    }

    ClusterCheck check() {
        return check;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private long anyId() {
        return 1 + random.nextInt(members.size());
    }

    // ---- life of a node

    private void start(long id) {
        Member member = members.get(id);
        Snapshot snapshot = member.storage.snapshot();
        member.applied = snapshot.index();
        member.hash = snapshot.isEmpty() ? 0 : ByteBuffer.wrap(snapshot.data()).getLong();
        member.confState = snapshot.confState();
        member.lastHardState = HardState.EMPTY;
        member.history = new NodeHistory(checkQuorum ? ELECTION_TICKS : 0);
        member.node =
                new RaftNode(
                        RaftConfig.builder(id, member.storage)
                                .applied(snapshot.index())
                                .electionTicks(ELECTION_TICKS)
                                .maxBytesPerMessage(60)
                                .maxCommittedBytesPerReady(100)
                                .maxInflightMessages(4)
                                .maxUncommittedBytes(400)
                                .preVote(preVote)
                                .checkQuorum(checkQuorum)
                                .stepDownOnRemoval(stepDownOnRemoval)
                                .commitByVote(commitByVote)
                                .asyncStorageWrites(async)
                                .random(random)
                                .verify(true)
                                .build());
        if (member.initial && member.storage.lastIndex() == 0) {
            List<Peer> peers = new ArrayList<>();
            for (long peer : firstIds(voters)) {
                peers.add(new Peer(peer, new byte[0]));
            }
            member.node.bootstrap(peers);
        }
    }

    private void crash(long id) {
        Member member = members.get(id);
        HardState survived = chance(50) ? member.synced : member.storage.hardState();
        // A snapshot is durable before anything rests on it, so commit may only lag above it.
        long commit = Math.max(survived.commit(), member.storage.snapshot().index());
        member.storage.setHardState(new HardState(survived.term(), survived.vote(), commit));
        member.appendWork.clear();
        member.applyWork.clear();
        start(id);
    }

    private void persist(
            long id, HardState state, List<Entry> entries, Snapshot snapshot, boolean sync) {
        Member member = members.get(id);
        if (!state.isEmpty()) {
            if (state.term() < member.lastHardState.term()
                    || state.commit() < member.lastHardState.commit()) {
                throw new AssertionError("N8 hard state went back: " + state);
            }
            member.lastHardState = state;
            member.storage.setHardState(state);
        }
        if (!snapshot.isEmpty()) {
            check.onSnapshot(snapshot, ByteBuffer.wrap(snapshot.data()).getLong());
            member.storage.applySnapshot(snapshot);
        }
        if (!entries.isEmpty()) {
            check.onWrite(member.storage.term(entries.get(0).index() - 1), entries);
            member.storage.append(entries);
        }
        if (sync) {
            member.synced = member.storage.hardState();
            check.onHardState(id, member.synced);
        }
    }

    private void apply(long id, List<Entry> entries) {
        Member member = members.get(id);
        for (Entry entry : entries) {
            if (entry.index() != member.applied + 1) {
                throw new AssertionError("N8 " + entry + " applied behind " + member.applied);
            }
            member.hash = check.onApply(entry, member.hash);
            member.applied = entry.index();
            if (entry.type() != EntryType.NORMAL) {
                member.confState = member.node.applyConfChange(ConfChange.decode(entry));
                check.onConfiguration(entry.index(), member.confState);
            }
        }
    }

    private void install(Member member, Snapshot snapshot) {
        if (!snapshot.isEmpty()) {
            member.applied = snapshot.index();
            member.hash = ByteBuffer.wrap(snapshot.data()).getLong();
            member.confState = snapshot.confState();
        }
    }

    // ---- Ready

    private void handleReady(long id) {
        Member member = members.get(id);
        if (!member.node.hasReady()) {
            return;
        }
        Ready ready = member.node.ready();
        for (ReadState read : ready.readStates()) {
            check.onRead(read.index(), reads.get(ByteBuffer.wrap(read.context()).getLong()));
        }
        if (async) {
            for (Message message : ready.messages()) {
                if (message.to() == Message.APPEND_THREAD) {
                    member.appendWork.add(message);
                } else if (message.to() == Message.APPLY_THREAD) {
                    member.applyWork.add(message);
                } else {
                    send(message);
                }
            }
            return;
        }
        if (faults && chance(1)) {
            crash(id);
            return;
        }
        persist(id, ready.hardState(), ready.entries(), ready.snapshot(), ready.mustSync());
        install(member, ready.snapshot());
        if (faults && chance(1)) {
            crash(id);
            return;
        }
        ready.messages().forEach(this::send);
        apply(id, ready.committedEntries());
        member.node.advance();
    }

    private void appendThread(long id) {
        Member member = members.get(id);
        Message work = member.appendWork.poll();
        if (work != null) {
            HardState state = new HardState(work.term(), work.vote(), work.commit());
            persist(id, state, work.entries(), work.snapshot(), !work.responses().isEmpty());
            install(member, work.snapshot());
            work.responses().forEach(this::send);
        }
    }

    private void applyThread(long id) {
        Member member = members.get(id);
        Message work = member.applyWork.poll();
        if (work != null) {
            apply(id, work.entries());
            work.responses().forEach(this::send);
        }
    }

    // ---- network

    private void send(Message message) {
        if (message.to() == message.from() || Message.isStorageThread(message.from())) {
            // Between the threads of one node nothing is lost or reordered.
            step(message);
            return;
        }
        check.onSend(message, members.get(message.from()).storage);
        boolean lost =
                faults && (chance(LOSS_PERCENT) || isCut(message) || network.size() > INFLIGHT_MAX);
        if (lost) {
            reportSnapshot(message, false);
            return;
        }
        network.add(message);
        if (faults && chance(REPEAT_PERCENT)) {
            network.add(message);
        }
    }

    private boolean isCut(Message message) {
        return (cutMask >>> (message.from() * 8 + message.to()) & 1) != 0;
    }

    private void reportSnapshot(Message message, boolean success) {
        if (message.type() == MessageType.SNAP) {
            members.get(message.from()).node.reportSnapshot(message.to(), success);
        } else if (!success && chance(30)) {
            members.get(message.from()).node.reportUnreachable(message.to());
        }
    }

    /** Delivers a message, mostly an old one; returns who got it, {@code otherwise} if none. */
    private long deliverOne(long otherwise) {
        if (network.isEmpty()) {
            return otherwise;
        }
        int window = faults ? Math.min(network.size(), chance(10) ? 60 : 4) : 1;
        Message message = network.remove(random.nextInt(window));
        step(message);
        reportSnapshot(message, true);
        return message.to();
    }

    private void step(Message message) {
        Member member = members.get(message.to());
        member.history.before(message, member.node);
        try {
            member.node.step(message);
        } catch (RaftException e) {
            // Forwarded proposals may be dropped; removed members may answer.
        }
        member.history.after(message, member.node);
        checkState(member);
    }

    private void tick(Member member) {
        member.history.onTick();
        member.node.tick();
        checkState(member);
    }

    private void checkState(Member member) {
        check.onState(member.node);
        member.history.onState(member.node);
    }

    // ---- what happens next

    /** One random event. */
    void step() {
        long id = anyId();
        Member member = members.get(id);
        int dice = random.nextInt(1000);
        if (dice < 180) {
            tick(member);
        } else if (dice < 780) {
            id = deliverOne(id);
        } else if (dice < 850) {
            appendThread(id);
            applyThread(id);
        } else if (dice < 900) {
            propose(id);
        } else if (dice < 915) {
            read(id);
        } else if (dice < 935) {
            compact(member);
        } else if (dice < 940) {
            member.node.transferLeader(anyId());
        } else if (dice < 943) {
            member.history.onForget();
            member.node.forgetLeader();
        } else if (dice < 946) {
            member.node.campaign();
        } else if (dice < 951) {
            changeLinks();
        } else if (dice < 956) {
            crash(id);
        } else if (membershipChanges) {
            changeMembership(id);
        }
        checkState(members.get(id));
        if (chance(70)) {
            handleReady(id);
        }
        if (chance(60)) {
            appendThread(id);
        }
        if (chance(60)) {
            applyThread(id);
        }
    }

    private void propose(long id) {
        byte[] data = ByteBuffer.allocate(Long.BYTES).putLong(++proposals).array();
        try {
            if (chance(20)) {
                members.get(id).node.propose(List.of(data, new byte[random.nextInt(100)]));
            } else {
                members.get(id).node.propose(data);
            }
        } catch (RaftException e) {
            // No leader, or too much uncommitted.
            check.onDropped(data);
        }
    }

    private void read(long id) {
        long request = reads.size() + 1L;
        reads.put(request, check.lastApplied());
        members.get(id).node.readIndex(ByteBuffer.allocate(8).putLong(request).array());
    }

    private void compact(Member member) {
        MemoryStorage storage = member.storage;
        long index = Math.min(member.applied, storage.lastIndex());
        // Behind the snapshot, in the log, and not while another snapshot is being installed.
        if (index == member.applied
                && index > storage.snapshot().index()
                && !member.node.raft().log().unstable().hasSnapshot()
                && member.node.applied() >= index) {
            byte[] data = ByteBuffer.allocate(Long.BYTES).putLong(member.hash).array();
            storage.createSnapshot(index, member.confState, data);
            long keep = index - random.nextInt(4);
            if (keep >= storage.firstIndex()) {
                storage.compact(keep);
            }
        }
    }

    private void changeLinks() {
        if (chance(60)) {
            cutMask = 0;
        } else if (chance(50)) {
            long id = anyId();
            for (long other = 1; other <= members.size(); other++) {
                cutMask |= 1L << (id * 8 + other) | 1L << (other * 8 + id);
            }
        } else {
            cutMask |= 1L << (anyId() * 8 + anyId());
        }
    }

    private void changeMembership(long id) {
        List<Change> changes = new ArrayList<>();
        ChangeType[] types = ChangeType.values();
        for (int i = random.nextInt(3); i >= 0; i--) {
            changes.add(new Change(types[random.nextInt(types.length)], anyId()));
        }
        if (chance(20)) {
            changes.clear();
        }
        Transition transition = Transition.values()[random.nextInt(3)];
        try {
            members.get(id)
                    .node
                    .proposeConfChange(new ConfChange(transition, changes, new byte[0]));
        } catch (RaftException e) {
            // No leader.
        }
    }

    // ---- the end

    /** Stops all faults; false if the group does not come to an agreement in time. */
    boolean heals() {
        faults = false;
        cutMask = 0;
        for (int tick = 0; tick < 400; tick++) {
            for (Member member : members.values()) {
                tick(member);
            }
            settle();
            if (tick % 20 == 19 && agreed()) {
                return true;
            }
            if (tick % 20 == 0) {
                for (long id : members.keySet()) {
                    compact(members.get(id));
                }
                propose(anyId());
            }
        }
        return false;
    }

    private void settle() {
        for (int round = 0; round < 30; round++) {
            for (long id : members.keySet()) {
                handleReady(id);
                appendThread(id);
                applyThread(id);
            }
            for (int count = network.size(); count > 0; count--) {
                deliverOne(0);
            }
        }
    }

    /** One leader, known to every member it has, all of them with everything applied. */
    private boolean agreed() {
        RaftNode leader = null;
        for (Member member : members.values()) {
            RaftNode node = member.node;
            if (node.role() == Role.LEADER && (leader == null || node.term() > leader.term())) {
                leader = node;
            }
        }
        if (leader == null || leader.committed() != leader.lastIndex()) {
            return false;
        }
        for (long id : leader.status().confState().voters()) {
            RaftNode node = members.get(id).node;
            if (node.leader() != leader.id() || node.applied() != leader.lastIndex()) {
                return false;
            }
        }
        return true;
    }

    /**
     * The one way in which membership changes may end a group for good, known from the original: a
     * leader was removed and went away before the others heard that its removal is committed. They
     * still need its vote, and its longer log refuses them. Hence servers hand leadership over
     * before they remove a leader.
     */
    boolean waitsForARemovedLeader() {
        for (Member member : members.values()) {
            Raft asked = member.node.raft();
            for (Member other : members.values()) {
                Raft asking = other.node.raft();
                if (asking.isPromotable()
                        && asking.tracker().configuration().voters().contains(asked.id())
                        && !asked.tracker().configuration().voters().contains(asked.id())
                        && !asked.log()
                                .isUpToDate(asking.log().lastTerm(), asking.log().lastIndex())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** For messages of failed runs. */
    String describe() {
        StringBuilder text = new StringBuilder();
        members.forEach(
                (id, member) ->
                        text.append(member.node.status())
                                .append(" network ")
                                .append(network.size())
                                .append('\n'));
        return text.toString();
    }
}
