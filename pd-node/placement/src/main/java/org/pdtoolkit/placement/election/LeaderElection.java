package org.pdtoolkit.placement.election;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.StepDownReason;
import org.pdtoolkit.placement.TimeSource;

/**
 * The PD leader loop of one member (wire/pd-grpc.md §20.2 with design D5 and D6).
 *
 * <p>Only the Raft leader campaigns, so both leaderships stay on one server. It removes whatever
 * leader key it finds first: another member's fence has run out before this one could be elected,
 * and an own key is left over from an earlier term (ADR 0002).
 *
 * <p>Thread: owner. Answers carry the attempt they belong to and are dropped when it is over.
 */
public final class LeaderElection {
    /** What the loop does at the moment. */
    public enum State {
        /** Not started, or stopped. */
        STOPPED,
        /** Nothing until a pause is over. */
        PAUSING,
        /** Reading the leader key. */
        SEEKING,
        /** Not Raft leader; watching the key, whoever holds it. */
        FOLLOWING,
        /** Removing a key that binds nobody. */
        CLEARING,
        /** Claiming the key. */
        CAMPAIGNING,
        /** Holds the key; getting the duties ready. */
        ENTERING,
        /** Serves. */
        LEADING,
        /** Raft leadership is on its way to another member. */
        HANDING_OVER
    }

    /** Opens and closes the answering of clients: last in, first out. Thread: owner. */
    public interface Promotion {
        void open(Term term);

        void close();
    }

    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long RETRY_NANOS = 200 * NANOS_PER_MILLI;

    private final OwnedKv kv;
    private final Consensus consensus;
    private final TimeSource time;
    private final Fence fence;
    private final Leadership leadership;
    private final List<Duty> duties;
    private final Promotion promotion;
    private final PlacementConfig config;
    private final EventSink events;
    private final CampaignThrottle throttle = new CampaignThrottle();
    private final Bytes leaderKey;
    private final KeyWatch watch;
    private final Successors successors;
    private final Deque<Duty> entered = new ArrayDeque<>();

    private State state = State.STOPPED;

    /** Grows whenever what is under way is given up; answers of older attempts are dropped. */
    private long attempt;

    /** Raft term in which the request under way was sent. */
    private long attemptRaftTerm;

    private long pauseUntilNanos;

    /** Whether the pause ends early when this member becomes Raft leader. */
    private boolean pauseAsFollower;

    /** Not null exactly while ENTERING or LEADING. */
    private Term term;

    private Leadership.Keeper keeper;
    private long campaignStartNanos;
    private long diskRespondedNanos;

    /** Single writer: the owner. 0 when nobody is known. */
    private volatile long knownLeaderId;

    public LeaderElection(
            OwnedKv kv,
            Consensus consensus,
            TimeSource time,
            Leadership leadership,
            Bytes leaderKey,
            List<Duty> duties,
            Promotion promotion,
            PlacementConfig config,
            EventSink events) {
        this.kv = kv;
        this.consensus = consensus;
        this.time = time;
        this.fence = new Fence(consensus, time);
        this.leadership = leadership;
        this.leaderKey = leaderKey;
        this.watch = new KeyWatch(kv, leaderKey, this::keyChanged, revision -> watchCompacted());
        this.successors = new Successors(consensus);
        this.duties = List.copyOf(duties);
        this.promotion = promotion;
        this.config = config;
        this.events = events;
    }

    public State state() {
        return state;
    }

    /** Id of the member known as PD leader, this one included once promoted; 0 for none. */
    public long knownLeaderId() {
        return knownLeaderId;
    }

    public void start() {
        if (state == State.STOPPED) {
            seek();
        }
    }

    /** Steps down, gives the lease back and does nothing more. */
    public void stop() {
        if (term != null) {
            stepDown(StepDownReason.STOPPING);
        }
        attempt++;
        watch.close();
        knownLeaderId = 0;
        state = State.STOPPED;
    }

    /** To be called often (every 10 ms): losing the Raft leadership is noticed here. */
    public void tick() {
        long now = time.monotonicNanos();
        switch (state) {
            case STOPPED, HANDING_OVER -> {
                // Nothing to do, or the answer under way decides.
            }
            case SEEKING, CLEARING -> answerTick();
            case PAUSING -> pauseTick(now);
            case FOLLOWING -> followTick(now);
            case CAMPAIGNING -> campaignTick();
            case ENTERING, LEADING -> officeTick(now);
        }
    }

    // --- seeking and following

    private void seek() {
        attempt++;
        if (consensus.leaderId() == 0) {
            pause();
            return;
        }
        state = State.SEEKING;
        attemptRaftTerm = consensus.term();
        long mine = attempt;
        kv.read(
                leaderKey,
                (read, error) -> {
                    if (mine != attempt) {
                        return;
                    }
                    if (error != null) {
                        events.accept(
                                new PlacementEvent.StoreRetry(
                                        "reading the leader key", error.getMessage()));
                        pause();
                    } else {
                        found(read);
                    }
                });
    }

    private void found(OpResult.Range read) {
        watch.open(read.revision() + 1);
        KeyValue pair = read.first();
        if (pair == null) {
            if (mayCampaign()) {
                campaign();
            } else {
                followNobody();
            }
            return;
        }
        long holder = holderOf(pair);
        if (holder == consensus.memberId() || mayCampaign()) {
            clear(pair, holder);
        } else {
            follow(holder, pair.modRevision());
        }
    }

    /**
     * Whether this member is Raft leader beyond doubt, which also means that no other member can be
     * inside its fence, and able to serve.
     */
    private boolean mayCampaign() {
        return fence.leadsRaftAlone() && fence.diskResponds();
    }

    private long holderOf(KeyValue pair) {
        OptionalLong id = config.memberIdOf().apply(pair.value());
        return id.orElse(0);
    }

    private void follow(long holder, long revision) {
        state = State.FOLLOWING;
        pauseUntilNanos = time.monotonicNanos() + RETRY_NANOS;
        if (knownLeaderId != holder && holder != 0) {
            events.accept(new PlacementEvent.LeaderFound(holder, revision));
        }
        knownLeaderId = holder;
    }

    private void followNobody() {
        follow(0, 0);
    }

    /** A request sent to a dead Raft leader may take its whole timeout: asks the new one. */
    private void answerTick() {
        if (consensus.term() != attemptRaftTerm) {
            seek();
        }
    }

    private void followTick(long now) {
        if (mayCampaign()) {
            seek();
        } else if (knownLeaderId != 0 && consensus.leaderId() == 0) {
            // Without a Raft leader nobody serves, whatever the key says.
            events.accept(new PlacementEvent.LeaderLost(knownLeaderId));
            followNobody();
        } else if (knownLeaderId == 0 && now >= pauseUntilNanos && consensus.leaderId() != 0) {
            seek();
        }
    }

    private void pause() {
        state = State.PAUSING;
        knownLeaderId = 0;
        pauseUntilNanos = time.monotonicNanos() + RETRY_NANOS;
        pauseAsFollower = !consensus.leading();
    }

    private void pauseTick(long now) {
        if (now >= pauseUntilNanos || (pauseAsFollower && consensus.leading())) {
            seek();
        }
    }

    /** Removes a key that binds nobody any more, unless it has changed since it was read. */
    private void clear(KeyValue pair, long holder) {
        attempt++;
        state = State.CLEARING;
        attemptRaftTerm = consensus.term();
        knownLeaderId = 0;
        long mine = attempt;
        kv.txn(
                List.of(Compare.modRevision(leaderKey, pair.modRevision())),
                List.of(Op.Delete.of(leaderKey)),
                List.of(),
                (result, error) -> {
                    if (mine != attempt) {
                        return;
                    }
                    if (error != null) {
                        events.accept(
                                new PlacementEvent.StoreRetry(
                                        "removing a stale leader key", error.getMessage()));
                        pause();
                    } else if (!result.succeeded()) {
                        seek();
                    } else {
                        events.accept(
                                new PlacementEvent.StaleLeaderKeyRemoved(
                                        holder, pair.modRevision()));
                        if (mayCampaign()) {
                            campaign();
                        } else {
                            followNobody();
                        }
                    }
                });
    }

    // --- watching the key

    private void keyChanged(WatchListener.Event change) {
        KeyValue pair = change.pair();
        switch (change.type()) {
            case DELETE -> {
                if (term != null && pair.modRevision() > term.revision()) {
                    resign(term, StepDownReason.LEADER_KEY_LOST);
                } else if (state == State.FOLLOWING) {
                    if (knownLeaderId != 0) {
                        events.accept(new PlacementEvent.LeaderLost(knownLeaderId));
                    }
                    followNobody();
                }
            }
            case PUT -> {
                // A put over an existing key changes nobody's lease: only a new generation counts.
                if (state == State.FOLLOWING && pair.createRevision() == pair.modRevision()) {
                    long holder = holderOf(pair);
                    if (holder == consensus.memberId()) {
                        seek(); // A claim of an abandoned campaign came through late.
                    } else {
                        follow(holder, pair.modRevision());
                    }
                }
            }
        }
    }

    private void watchCompacted() {
        if (state == State.FOLLOWING) {
            seek();
        } else {
            // While in office only deletions to come matter; guarded writes notice earlier ones.
            watch.open(0);
        }
    }

    // --- campaigning and office

    private void campaign() {
        attempt++;
        state = State.CAMPAIGNING;
        campaignStartNanos = time.monotonicNanos();
        long mine = attempt;
        leadership.campaign(
                consensus.term(),
                () -> mine == attempt,
                outcome -> {
                    if (mine != attempt) {
                        if (outcome.term() != null) {
                            leadership.reset(outcome.term());
                        }
                    } else if (outcome.term() == null) {
                        events.accept(new PlacementEvent.CampaignLost(outcome.reason()));
                        pause();
                    } else {
                        enterOffice(outcome.term());
                    }
                });
    }

    private void campaignTick() {
        if (!consensus.leading()) {
            seek();
        }
    }

    private void enterOffice(Term won) {
        state = State.ENTERING;
        term = won;
        keeper = leadership.keeper(won, () -> resign(won, StepDownReason.LEASE_LOST));
        diskRespondedNanos = time.monotonicNanos();
        events.accept(new PlacementEvent.CampaignWon(won.lease(), won.revision()));
        enterNext(won, 0);
    }

    private void enterNext(Term mine, int index) {
        if (index == duties.size()) {
            promote(mine);
            return;
        }
        Duty duty = duties.get(index);
        entered.push(duty);
        duty.enter(
                mine,
                reason -> {
                    if (term != mine) {
                        return;
                    }
                    if (reason == null) {
                        enterNext(mine, index + 1);
                    } else {
                        events.accept(new PlacementEvent.PromotionFailed(duty.name(), reason));
                        resign(mine, StepDownReason.PROMOTION_FAILED);
                    }
                });
    }

    private void promote(Term mine) {
        state = State.LEADING;
        promotion.open(mine);
        knownLeaderId = consensus.memberId();
        long tookMillis = (time.monotonicNanos() - campaignStartNanos) / NANOS_PER_MILLI;
        events.accept(new PlacementEvent.LeaderElected(mine.lease(), mine.revision(), tookMillis));
    }

    private void officeTick(long now) {
        if (fence.diskResponds()) {
            diskRespondedNanos = now;
        }
        if (!consensus.leading() || consensus.term() != term.raftTerm()) {
            resign(term, StepDownReason.RAFT_LEADERSHIP_LOST);
        } else if (now > term.leaseDeadlineNanos()) {
            resign(term, StepDownReason.LEASE_LOST);
        } else if (now - diskRespondedNanos > leadership.leaseNanos()) {
            stepDown(StepDownReason.DISK_STALLED);
            handOverToAny("disk stalled");
        } else {
            keeper.tick(now);
        }
    }

    /** Ends {@code of} if it is still the term in office; then looks again who leads. */
    public void resign(Term of, StepDownReason reason) {
        if (of == null || term != of) {
            return;
        }
        boolean servedNobody = state == State.ENTERING;
        stepDown(reason);
        if (reason == StepDownReason.RAFT_LEADERSHIP_LOST) {
            seek();
        } else if (servedNobody && throttle.failed(time.monotonicNanos())) {
            handOverToAny("promotion keeps failing");
        } else {
            pause();
        }
    }

    /** The order is the promise: nothing is answered from the first line on. */
    private void stepDown(StepDownReason reason) {
        attempt++;
        Term ended = term;
        promotion.close();
        leadership.reset(ended);
        knownLeaderId = 0;
        term = null;
        keeper = null;
        while (!entered.isEmpty()) {
            entered.pop().leave();
        }
        events.accept(new PlacementEvent.SteppedDown(reason));
    }

    // --- handing over

    /**
     * Stops serving, then moves Raft leadership, and PD leadership with it, to {@code target}. A
     * candidate again if that fails. Fails with NOT_LEADER when this member is not Raft leader or a
     * transfer is already under way, STORE when the transfer does not happen.
     */
    public CompletableFuture<Void> handOver(long target, String reason) {
        if (state == State.STOPPED || state == State.HANDING_OVER || !consensus.leading()) {
            return CompletableFuture.failedFuture(
                    new PlacementException(
                            PlacementError.NOT_LEADER, "not leader, or already handing over"));
        }
        if (term != null) {
            stepDown(StepDownReason.HAND_OVER);
        }
        attempt++;
        state = State.HANDING_OVER;
        knownLeaderId = 0;
        events.accept(new PlacementEvent.HandOverStarted(target, reason));
        long mine = attempt;
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        // The revocation of the lease is in the log by now, and the target gets the whole log
        // before it may campaign: it will find no leader key.
        kv.deliver(
                consensus.transferLeader(target),
                (none, error) -> handOverEnded(mine, target, error, handedOver));
        return handedOver;
    }

    private void handOverEnded(
            long mine, long target, KvException error, CompletableFuture<Void> handedOver) {
        if (error != null) {
            events.accept(new PlacementEvent.HandOverFailed(target, error.getMessage()));
        }
        if (mine == attempt) {
            if (error == null) {
                seek();
            } else {
                pause();
            }
        }
        if (error == null) {
            handedOver.complete(null);
        } else {
            handedOver.completeExceptionally(
                    new PlacementException(
                            PlacementError.STORE, "leader transfer: " + error.getMessage(), error));
        }
    }

    private void handOverToAny(String reason) {
        Member target = successors.next();
        if (target == null || !consensus.leading()) {
            pause();
        } else {
            // Its failure is an event already.
            var unused = handOver(target.id(), reason);
        }
    }
}
