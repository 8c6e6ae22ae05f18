package org.pdtoolkit.placement.driver;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.Owner;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.cluster.ClusterIdentity;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.election.Successors;

/**
 * The placement layer of one member.
 *
 * <p>Thread: {@link Placement}'s methods, {@link #start} and {@link #stop} from any; {@link #tick}
 * on the owner thread. All state changes on the owner thread; what other threads need is published
 * in two volatile references to objects that they only read: the services, and the office while
 * this member is promoted.
 */
public final class PlacementDriver implements Placement {
    private final PlacementConfig config;
    private final OwnedKv kv;
    private final Consensus consensus;
    private final TimeSource time;
    private final Owner owner;
    private final EventSink events;
    private final ClusterIdentity identity;
    private final Successors successors;

    private boolean stopped;

    /** Null until the cluster id is known. Single writer: the owner. */
    private volatile Services services;

    /** Null while not promoted. Single writer: the owner. */
    private volatile Office office;

    public PlacementDriver(
            PlacementConfig config,
            ReplicatedKv kv,
            Consensus consensus,
            TimeSource time,
            Owner owner,
            EventSink events) {
        this.config = config;
        this.kv = new OwnedKv(kv, owner);
        this.consensus = consensus;
        this.time = time;
        this.owner = owner;
        this.events = events;
        this.successors = new Successors(consensus);
        this.identity =
                new ClusterIdentity(
                        this.kv, consensus, time, config.entropy(), events, this::identified);
    }

    /** Starts looking for the cluster id, then for a leader. Once. */
    public void start() {
        owner.execute(
                () -> {
                    if (!stopped) {
                        identity.start();
                    }
                });
    }

    /** Drives everything that depends on time. Owner thread, every 10 ms or so. */
    public void tick() {
        if (stopped) {
            return;
        }
        Services current = services;
        if (current == null) {
            identity.tick();
        } else {
            current.tick();
        }
    }

    /** Steps down, gives the lease back and does nothing more; done when the future is. */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        owner.execute(
                () -> {
                    stopped = true;
                    identity.stop();
                    if (services != null) {
                        services.stop();
                    }
                    done.complete(null);
                });
        return done;
    }

    private void identified(long clusterId) {
        Services built =
                new Services(
                        clusterId, config, kv, consensus, time, events, opened -> office = opened);
        services = built;
        built.start();
    }

    @Override
    public long clusterId() {
        Services current = services;
        return current == null ? 0 : current.clusterId;
    }

    @Override
    public Optional<Member> leader() {
        Services current = services;
        long id = current == null ? 0 : current.election.knownLeaderId();
        if (id == 0 || (id == consensus.memberId() && !serving())) {
            return Optional.empty();
        }
        return member(id);
    }

    @Override
    public boolean serving() {
        Office current = office;
        return current != null && current.serving();
    }

    @Override
    public long allocateTimestamps(long count) {
        Office current = office;
        if (current == null) {
            throw new PlacementException(PlacementError.NOT_LEADER, "not leader");
        }
        long timestamp = current.allocate(count);
        if (office != current) {
            throw new PlacementException(
                    PlacementError.NOT_LEADER_ANYMORE, "stepped down meanwhile");
        }
        return timestamp;
    }

    @Override
    public CompletableFuture<Long> allocateIds(int count) {
        return whileServing(current -> current.ids.allocate(count));
    }

    @Override
    public boolean bootstrapped() {
        Services current = services;
        return current != null && current.cluster.running();
    }

    @Override
    public CompletableFuture<Void> bootstrap(
            Bytes cluster, long storeId, Bytes store, long regionId, Bytes region) {
        return whileServing(
                current -> current.cluster.bootstrap(cluster, storeId, store, regionId, region));
    }

    @Override
    public long bootstrapTimeNanos() {
        Services current = services;
        return current == null ? 0 : current.cluster.bootstrapTimeNanos();
    }

    @Override
    public List<Member> members() {
        return consensus.members();
    }

    @Override
    public Optional<Member> raftLeader() {
        return member(consensus.leaderId());
    }

    @Override
    public CompletableFuture<MemberDetails> memberDetails(long memberId) {
        return onOwner(current -> current.records.details(memberId));
    }

    @Override
    public CompletableFuture<Void> setLeaderPriority(String memberName, int priority) {
        return whileServing(
                current ->
                        memberNamed(memberName)
                                .map(
                                        member ->
                                                current.priorities.set(
                                                        current.promoted(), member.id(), priority))
                                .orElseGet(() -> memberNotFound(memberName)));
    }

    @Override
    public CompletableFuture<Void> deleteLeaderPriority(long memberId) {
        return whileServing(current -> current.priorities.delete(current.promoted(), memberId));
    }

    @Override
    public CompletableFuture<Void> transferLeader(String memberName) {
        return onOwner(
                current -> {
                    Optional<Member> target = memberNamed(memberName);
                    if (target.isEmpty()) {
                        return memberNotFound(memberName);
                    }
                    if (!consensus.leading()) {
                        return failed(PlacementError.NOT_LEADER, "not leader");
                    }
                    if (target.get().id() == consensus.memberId()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    if (!successors.electable(target.get())) {
                        return failed(
                                PlacementError.STORE,
                                "member " + memberName + " is a learner or does not answer");
                    }
                    return current.election.handOver(target.get().id(), "asked for");
                });
    }

    @Override
    public CompletableFuture<Void> resignLeader() {
        return onOwner(
                current -> {
                    if (!consensus.leading()) {
                        return failed(PlacementError.NOT_LEADER, "not leader");
                    }
                    if (consensus.members().size() == 1) {
                        return CompletableFuture.completedFuture(null);
                    }
                    Member successor = successors.next();
                    if (successor == null) {
                        return failed(PlacementError.STORE, "no other member can lead now");
                    }
                    return current.election.handOver(successor.id(), "asked to resign");
                });
    }

    private Optional<Member> member(long id) {
        return consensus.members().stream().filter(member -> member.id() == id).findFirst();
    }

    private Optional<Member> memberNamed(String name) {
        return consensus.members().stream()
                .filter(member -> !name.isEmpty() && member.name().equals(name))
                .findFirst();
    }

    private static <T> CompletableFuture<T> memberNotFound(String name) {
        return failed(PlacementError.MEMBER_NOT_FOUND, "no member is named " + name);
    }

    private static <T> CompletableFuture<T> failed(PlacementError error, String message) {
        return CompletableFuture.failedFuture(new PlacementException(error, message));
    }

    private <T> CompletableFuture<T> whileServing(
            Function<Services, CompletableFuture<T>> request) {
        return onOwner(
                current ->
                        serving()
                                ? request.apply(current)
                                : failed(PlacementError.NOT_LEADER, "not leader"));
    }

    /** Runs {@code request} on the owner thread and passes its outcome on. */
    private <T> CompletableFuture<T> onOwner(Function<Services, CompletableFuture<T>> request) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        owner.execute(
                () -> {
                    Services current = services;
                    CompletableFuture<T> outcome =
                            current == null || stopped
                                    ? failed(PlacementError.NOT_LEADER, "not started")
                                    : request.apply(current);
                    var unused =
                            outcome.whenComplete(
                                    (result, failure) -> {
                                        if (failure == null) {
                                            answer.complete(result);
                                        } else {
                                            answer.completeExceptionally(failure);
                                        }
                                    });
                });
        return answer;
    }
}
