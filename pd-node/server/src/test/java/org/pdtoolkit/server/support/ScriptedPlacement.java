package org.pdtoolkit.server.support;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;

/** A placement layer whose state a test sets; it records what was asked of it. */
public final class ScriptedPlacement implements Placement {
    public volatile long clusterId = 0x8000_0000_0000_0007L;
    public volatile boolean serving = true;
    public volatile boolean bootstrapped;
    public volatile long bootstrapTimeNanos;
    public volatile List<Member> members = List.of(member(1));
    public volatile Optional<Member> leader = Optional.of(member(1));
    public volatile Optional<Member> raftLeader = Optional.of(member(1));
    public volatile Optional<PlacementException> failure = Optional.empty();
    public final List<String> calls = new CopyOnWriteArrayList<>();

    /** Leader priorities by member name; members of one cluster may share the map. */
    public volatile Map<String, Integer> priorities = new ConcurrentHashMap<>();

    /** Told the name when leadership is handed over. */
    public volatile Consumer<String> onTransfer = name -> {};

    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong timestamps = new AtomicLong(1L << 40);

    /** What a timestamp request does; by default it counts up. */
    public volatile LongUnaryOperator timestampSource = this::nextTimestamp;

    public static Member member(int number) {
        return new Member(
                -number,
                "pd" + number,
                List.of("http://127.0.0.1:" + (2379 + 10 * number + 1)),
                List.of("http://127.0.0.1:" + (2379 + 10 * number)),
                false);
    }

    public long nextTimestamp(long count) {
        if (!serving) {
            throw new PlacementException(PlacementError.NOT_LEADER, "not serving");
        }
        if (count < 1 || count > 1 << 18) {
            throw new PlacementException(PlacementError.TSO_COUNT_INVALID, "count " + count);
        }
        return timestamps.addAndGet(count);
    }

    @Override
    public long clusterId() {
        return clusterId;
    }

    @Override
    public Optional<Member> leader() {
        return leader;
    }

    @Override
    public boolean serving() {
        return serving;
    }

    @Override
    public long allocateTimestamps(long count) {
        return timestampSource.applyAsLong(count);
    }

    @Override
    public CompletableFuture<Long> allocateIds(int count) {
        return failure.<CompletableFuture<Long>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> CompletableFuture.completedFuture(ids.addAndGet(count)));
    }

    @Override
    public boolean bootstrapped() {
        return bootstrapped;
    }

    @Override
    public CompletableFuture<Void> bootstrap(
            Bytes cluster, long storeId, Bytes store, long regionId, Bytes region) {
        calls.add("bootstrap store " + storeId + " region " + regionId);
        if (failure.isEmpty()) {
            bootstrapped = true;
        }
        return outcome();
    }

    @Override
    public long bootstrapTimeNanos() {
        return bootstrapTimeNanos;
    }

    @Override
    public List<Member> members() {
        return members;
    }

    @Override
    public Optional<Member> raftLeader() {
        return raftLeader;
    }

    @Override
    public CompletableFuture<MemberDetails> memberDetails(long memberId) {
        int priority =
                members.stream()
                        .filter(member -> member.id() == memberId)
                        .map(member -> priorities.getOrDefault(member.name(), 0))
                        .findFirst()
                        .orElse(0);
        return CompletableFuture.completedFuture(
                new MemberDetails(priority, "/deploy", "9.0.0", "c0ffee"));
    }

    @Override
    public CompletableFuture<Void> setLeaderPriority(String memberName, int priority) {
        calls.add("priority " + memberName + " " + priority);
        if (!known(memberName)) {
            return missing(memberName);
        }
        priorities.put(memberName, priority);
        return outcome();
    }

    @Override
    public CompletableFuture<Void> deleteLeaderPriority(long memberId) {
        calls.add("no priority " + Long.toUnsignedString(memberId));
        return outcome();
    }

    @Override
    public CompletableFuture<Void> transferLeader(String memberName) {
        calls.add("transfer " + memberName);
        if (!known(memberName)) {
            return missing(memberName);
        }
        onTransfer.accept(memberName);
        return outcome();
    }

    @Override
    public CompletableFuture<Void> resignLeader() {
        calls.add("resign");
        return outcome();
    }

    private boolean known(String memberName) {
        return members.stream().anyMatch(member -> member.name().equals(memberName));
    }

    private CompletableFuture<Void> outcome() {
        return failure.<CompletableFuture<Void>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private static CompletableFuture<Void> missing(String memberName) {
        return CompletableFuture.failedFuture(
                new PlacementException(PlacementError.MEMBER_NOT_FOUND, memberName));
    }
}
