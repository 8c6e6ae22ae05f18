package org.pdtoolkit.server.http;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Looks at whether this member does its work.
 *
 * <p>Thread: any; never blocks. No stage fails. Source: etcd page, section 17.
 */
public final class HealthChecks {
    private static final long READ_SECONDS_MAX = 7;
    private static final String CORRUPT = "CORRUPT";
    private static final Op.Range PROBE = Op.Range.of(Bytes.utf8("health"));

    /** One thing to look at. */
    enum Check {
        DATA_CORRUPTION,
        SERIALIZABLE_READ,
        LINEARIZABLE_READ,
        NON_LEARNER;

        /** Its name on the pages. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a restart could help against. */
    static final List<Check> LIVE = List.of(Check.SERIALIZABLE_READ);

    /** What has to hold before clients are sent here. */
    static final List<Check> READY = List.of(Check.values());

    private final Consensus consensus;
    private final ReplicatedKv kv;
    private final Supplier<Set<String>> alarms;

    /**
     * @param alarms names of the alarms that are set, {@code NOSPACE} or {@code CORRUPT}; does not
     *     block
     */
    public HealthChecks(Consensus consensus, ReplicatedKv kv, Supplier<Set<String>> alarms) {
        this.consensus = consensus;
        this.kv = kv;
        this.alarms = alarms;
    }

    /** The reason why the check fails; empty when it does not. */
    CompletionStage<Optional<String>> failureOf(Check check) {
        return switch (check) {
            case DATA_CORRUPTION ->
                    done(alarms.get().contains(CORRUPT), "alarm activated: " + CORRUPT);
            case SERIALIZABLE_READ -> read(PROBE.asSerializable());
            case LINEARIZABLE_READ -> read(PROBE);
            case NON_LEARNER -> done(learner(), "not supported for learner");
        };
    }

    /**
     * What {@code /health} gives as the reason: an alarm, then a missing leader, then a failed
     * read.
     *
     * @param serializable whether the state of this member alone counts
     * @param excluded names of alarms that do not count
     */
    CompletionStage<Optional<String>> reasonOfIllness(
            boolean serializable, Collection<String> excluded) {
        for (String alarm : alarms.get()) {
            if (!excluded.contains(alarm)) {
                return done(true, "ALARM " + alarm);
            }
        }
        if (!serializable && consensus.leaderId() == 0) {
            return done(true, "RAFT NO LEADER");
        }
        return read(serializable ? PROBE.asSerializable() : PROBE)
                .thenApply(failure -> failure.map(text -> "RANGE ERROR:" + text));
    }

    private CompletionStage<Optional<String>> read(Op.Range probe) {
        return kv.range(probe)
                .copy()
                .orTimeout(READ_SECONDS_MAX, TimeUnit.SECONDS)
                .handle(
                        (found, failure) ->
                                failure == null ? Optional.empty() : Optional.of(text(failure)));
    }

    private boolean learner() {
        return consensus.members().stream()
                .filter(member -> member.id() == consensus.memberId())
                .anyMatch(Member::learner);
    }

    private static CompletionStage<Optional<String>> done(boolean failed, String reason) {
        return CompletableFuture.completedFuture(failed ? Optional.of(reason) : Optional.empty());
    }

    private static String text(Throwable failure) {
        Throwable cause = KvException.unwrapped(failure);
        if (cause instanceof TimeoutException) {
            return ErrorCatalogue.ETCD_TIMEOUT.text();
        }
        return cause instanceof KvException refused
                ? ErrorRows.of(refused.error()).text()
                : String.valueOf(cause.getMessage());
    }
}
