package org.pdtoolkit.placement.tso;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.placement.EventSink;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.StepDownReason;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.election.Duty;
import org.pdtoolkit.placement.election.Leadership;
import org.pdtoolkit.placement.election.OwnedKv;
import org.pdtoolkit.placement.election.Term;

/**
 * Keeps the saved timestamp window ahead of the timestamps (design D7).
 *
 * <p>The stored value is the end of the window in unix nanoseconds. A term starts at or after the
 * stored end and saves a later one before its first timestamp; the physical part stays more than
 * the guard below the saved end. So whatever one term gives out lies below what the next one does.
 * Extensions are saved when less than half a window is left, one at a time, guarded by the leader
 * key and by the stored value; timestamps never wait for one unless saving takes half a window.
 *
 * <p>Thread: owner; the {@linkplain #oracle oracle} is for any.
 */
public final class TimestampWindow implements Duty {
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** updateTimestampGuard of the original. */
    private static final long GUARD_MILLIS = 1;

    private static final long RETRY_NANOS = 50 * NANOS_PER_MILLI;
    private static final int FAILURES_MAX = 3;

    private final OwnedKv kv;
    private final TimeSource time;
    private final ClusterTime clusterTime;
    private final EventSink events;
    private final BiConsumer<Term, StepDownReason> resign;
    private final Bytes timestampKey;
    private final long saveIntervalNanos;
    private final long updateIntervalNanos;

    /** Null outside a term, as are oracle and clock until the first save of the term. */
    private Term term;

    private TimestampOracle oracle;
    private SlewedClock clock;

    /** End of the window known to be stored. Invariant: oracle limit <= end less the guard. */
    private long endNanos;

    /** Mod revision of the stored end; 0 while absent. */
    private long revision;

    private boolean saving;
    private int failures;
    private long nextSaveNanos;
    private long nextUpdateNanos;

    /**
     * @param resign ends a term whose window cannot be extended any more
     */
    public TimestampWindow(
            OwnedKv kv,
            TimeSource time,
            ClusterTime clusterTime,
            Bytes timestampKey,
            PlacementConfig config,
            EventSink events,
            BiConsumer<Term, StepDownReason> resign) {
        this.kv = kv;
        this.time = time;
        this.clusterTime = clusterTime;
        this.timestampKey = timestampKey;
        this.events = events;
        this.resign = resign;
        this.saveIntervalNanos = config.tsoSaveIntervalMillis() * NANOS_PER_MILLI;
        this.updateIntervalNanos = config.tsoUpdateIntervalMillis() * NANOS_PER_MILLI;
    }

    @Override
    public String name() {
        return "timestamps";
    }

    /** The oracle of the current term once it has been entered. */
    public TimestampOracle oracle() {
        return oracle;
    }

    @Override
    public void enter(Term entered, Consumer<String> done) {
        term = entered;
        kv.read(
                timestampKey,
                (read, error) -> {
                    if (term != entered) {
                        return;
                    }
                    if (error != null) {
                        done.accept(error.getMessage());
                    } else {
                        initialise(read.first(), done);
                    }
                });
    }

    private void initialise(KeyValue saved, Consumer<String> done) {
        long savedNanos = 0;
        if (saved != null) {
            if (saved.value().size() != Long.BYTES) {
                done.accept("the stored timestamp is not 8 bytes: " + saved.value());
                return;
            }
            savedNanos = saved.value().toLong();
            if (savedNanos < 0 || savedNanos > SlewedClock.WALL_MILLIS_MAX * NANOS_PER_MILLI) {
                done.accept(
                        "the stored timestamp is out of range: "
                                + Long.toUnsignedString(savedNanos));
                return;
            }
        }
        long startNanos = startNanos(savedNanos);
        long newEndNanos = startNanos + saveIntervalNanos;
        Term mine = term;
        save(
                saved == null ? 0 : saved.modRevision(),
                newEndNanos,
                (result, error) -> {
                    if (term != mine) {
                        return;
                    }
                    if (error != null) {
                        done.accept(error.getMessage());
                    } else if (!result.succeeded()) {
                        done.accept("the leader key or the stored timestamp changed");
                    } else {
                        begin(startNanos, newEndNanos, result.revision());
                        done.accept(null);
                    }
                });
    }

    /** Where this term starts: at the wall clock unless that is behind, or far too far ahead. */
    private long startNanos(long savedNanos) {
        long monotonic = time.monotonicNanos();
        long wall = SlewedClock.wallNanos(time.wallMillis());
        long least = savedNanos + GUARD_MILLIS * NANOS_PER_MILLI;
        if (clusterTime.known()) {
            long estimate = clusterTime.estimateNanos(monotonic);
            long ahead = wall - estimate;
            if (ahead > SlewedClock.TRUSTED_AHEAD_NANOS) {
                events.accept(new PlacementEvent.ClockDistrusted(ahead / NANOS_PER_MILLI));
                return Math.max(least, estimate);
            }
        }
        // Up to a window behind is what every quick succession looks like.
        if (savedNanos - wall > saveIntervalNanos + SlewedClock.TRUSTED_AHEAD_NANOS) {
            events.accept(new PlacementEvent.ClockBehind((savedNanos - wall) / NANOS_PER_MILLI));
        }
        return Math.max(least, wall);
    }

    private void begin(long startNanos, long newEndNanos, long newRevision) {
        long startMillis = ceilMillis(startNanos);
        long monotonic = time.monotonicNanos();
        clock =
                new SlewedClock(
                        startNanos,
                        monotonic,
                        time.wallMillis(),
                        (jump, offset) ->
                                events.accept(new PlacementEvent.ClockJump(jump, offset)));
        oracle = new TimestampOracle(startMillis, limitMillis(newEndNanos));
        endNanos = newEndNanos;
        revision = newRevision;
        saving = false;
        failures = 0;
        nextSaveNanos = monotonic;
        nextUpdateNanos = monotonic + updateIntervalNanos;
        events.accept(new PlacementEvent.WindowSaved(newEndNanos / NANOS_PER_MILLI));
    }

    @Override
    public void leave() {
        term = null;
        oracle = null;
        clock = null;
    }

    /** Moves the physical part and extends the window when it is time. Every 10 ms or so. */
    public void tick() {
        if (oracle == null) {
            return;
        }
        long monotonic = time.monotonicNanos();
        long nowNanos = clock.advance(monotonic, time.wallMillis());
        if (monotonic >= nextUpdateNanos) {
            nextUpdateNanos = monotonic + updateIntervalNanos;
            long nowMillis = nowNanos / NANOS_PER_MILLI;
            if (nowMillis - oracle.nextMillis() > GUARD_MILLIS) {
                oracle.moveTo(nowMillis);
            }
        }
        if (!saving && monotonic >= nextSaveNanos) {
            extendIfNeeded(nowNanos);
        }
    }

    private void extendIfNeeded(long nowNanos) {
        // Under pressure the physical part runs ahead of the clock. The window does not follow it
        // there: timestamps are never more than one window ahead of the clock.
        long reachedNanos = Math.max(nowNanos, oracle.nextMillis() * NANOS_PER_MILLI);
        long newEndNanos = nowNanos + saveIntervalNanos;
        boolean needed = endNanos - reachedNanos < saveIntervalNanos / 2;
        boolean worthIt = newEndNanos - endNanos >= updateIntervalNanos;
        if (needed && worthIt) {
            extend(newEndNanos);
        }
    }

    private void extend(long newEndNanos) {
        saving = true;
        Term mine = term;
        save(
                revision,
                newEndNanos,
                (result, error) -> {
                    if (term != mine) {
                        return;
                    }
                    saving = false;
                    if (error != null) {
                        saveFailed(error);
                    } else if (result.succeeded()) {
                        saved(newEndNanos, result.revision());
                    } else {
                        resolveConflict(result);
                    }
                });
    }

    private void save(
            long expectedRevision, long newEndNanos, BiConsumer<OpResult.Txn, KvException> then) {
        List<Compare> guard = new ArrayList<>(term.guard());
        guard.add(Compare.modRevision(timestampKey, expectedRevision));
        kv.txn(
                guard,
                List.of(Op.Put.of(timestampKey, Bytes.ofLong(newEndNanos))),
                List.of(Op.Range.of(term.leaderKey()), Op.Range.of(timestampKey)),
                then);
    }

    private void saved(long newEndNanos, long newRevision) {
        endNanos = newEndNanos;
        revision = newRevision;
        failures = 0;
        oracle.extend(limitMillis(newEndNanos));
        events.accept(new PlacementEvent.WindowSaved(newEndNanos / NANOS_PER_MILLI));
    }

    private void saveFailed(KvException error) {
        failures++;
        nextSaveNanos = time.monotonicNanos() + RETRY_NANOS;
        events.accept(
                new PlacementEvent.StoreRetry("saving the timestamp window", error.getMessage()));
        if (failures >= FAILURES_MAX && clock.positionNanos() >= endNanos) {
            resign.accept(term, StepDownReason.WINDOW_LOST);
        }
    }

    /**
     * Something changed before the save. If this term still holds the leader key, only an earlier
     * save of this term whose answer got lost can have written a later end: then that end is ours.
     */
    private void resolveConflict(OpResult.Txn result) {
        KeyValue stored = ((OpResult.Range) result.responses().get(1)).first();
        boolean ours =
                Leadership.holds(term, result.responses().get(0))
                        && stored != null
                        && stored.value().size() == Long.BYTES
                        && stored.value().toLong() > endNanos;
        if (ours) {
            saved(stored.value().toLong(), stored.modRevision());
        } else {
            resign.accept(term, StepDownReason.LEADER_KEY_LOST);
        }
    }

    private static long limitMillis(long endNanos) {
        return endNanos / NANOS_PER_MILLI - GUARD_MILLIS;
    }

    private static long ceilMillis(long nanos) {
        return (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    }
}
