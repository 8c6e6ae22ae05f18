package org.pdtoolkit.server.runtime;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.Member;

/**
 * The end of a member that was removed. It stops to serve at once. But its vote may be needed: the
 * others can be unable to elect a leader by the list with it, and not know yet that there is one
 * without. So it goes on as a voter until most of those who remain have told it that they know;
 * whether it has applied its removal itself does not matter.
 *
 * <p>Thread: {@link #look} by the timer, the rest by anyone.
 */
final class Removal {
    private static final Logger LOG = LogManager.getLogger(Removal.class);

    /** For when all who remained have been replaced meanwhile: nobody is left to tell it. */
    private static final long UNTOLD_NANOS = TimeUnit.MINUTES.toNanos(10);

    /**
     * Only voters tell. One who knows and lives for so many election timeouts has led, or told the
     * others.
     */
    private static final int TOLD_ELECTIONS = 10;

    private final NodeContext context;
    private final String name;
    private final long self;
    private final Membership membership;
    private final Runnable stopServing;

    /** When this member learned of it, 0 for never. */
    private final AtomicLong sinceNanos = new AtomicLong();

    /** When the first of the others told it, 0 for not yet. */
    private final AtomicLong toldNanos = new AtomicLong();

    private final Set<Long> told = ConcurrentHashMap.newKeySet();

    /** Only touched by the timer, as is the next. */
    private boolean lingering;

    private boolean ended;

    /**
     * @param stopServing ends what waits, and refuses what comes
     */
    Removal(
            NodeContext context,
            String name,
            ClusterIdentity identity,
            Membership membership,
            Runnable stopServing) {
        this.context = context;
        this.name = name;
        this.self = identity.memberId();
        this.membership = membership;
        this.stopServing = stopServing;
    }

    private MemberRemovedException exception() {
        return new MemberRemovedException(name, self);
    }

    /** This member has applied its own removal. */
    void applied() {
        if (sinceNanos.compareAndSet(0, context.now() | 1)) {
            LOG.error("{}", exception().getMessage());
        }
    }

    /** Another member has applied it. */
    void toldBy(long peer) {
        told.add(peer);
        toldNanos.compareAndSet(0, context.now() | 1);
        applied();
    }

    /** Ends this member when it is time. */
    void look() {
        long since = sinceNanos.get();
        if (since == 0 || ended) {
            return;
        }
        stopServing.run();
        long now = context.now();
        long election = context.options().electionTimeoutMillis() * 1_000_000L;
        if (now - since < election / 2) {
            return;
        }
        long firstTold = toldNanos.get();
        boolean longTold = firstTold != 0 && now - firstTold > TOLD_ELECTIONS * election;
        boolean forgotten = now - since > UNTOLD_NANOS;
        if (mostKnow() || longTold || forgotten) {
            ended = true;
            context.onFatal().accept(exception());
        } else if (!lingering) {
            lingering = true;
            LOG.info("goes on as a voter until most of the others know that it was removed");
        }
    }

    private boolean mostKnow() {
        // It is on its own list still if it was told before it heard from the log.
        List<Member> voters =
                membership.members().stream().filter(m -> !m.learner() && m.id() != self).toList();
        long know = voters.stream().filter(m -> told.contains(m.id())).count();
        // Whoever is not on this member's last list belongs to a group that has long gone on.
        boolean later = told.stream().anyMatch(id -> membership.find(id) == null);
        return later || know > voters.size() / 2;
    }
}
