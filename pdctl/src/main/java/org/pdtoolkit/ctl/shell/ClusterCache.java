package org.pdtoolkit.ctl.shell;

import java.util.concurrent.TimeUnit;
import org.pdtoolkit.ctl.client.Connection;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.Members;
import org.pdtoolkit.ctl.client.PdClient;

/**
 * What the shell knows of its cluster, for the prompt and for completion. A look is at most two
 * seconds old, or as old as it must be: nobody waits for PD longer than the budget.
 *
 * <p>Thread: any. One daemon thread at a time asks PD.
 */
final class ClusterCache {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    /**
     * The last answer.
     *
     * @param members the last list that was read, {@code null} before the first
     * @param reachable whether the last attempt succeeded
     */
    record Look(Members members, boolean reachable) {}

    private final PdClient client;
    private Look look = new Look(null, false);
    private boolean looked;
    private boolean asking;
    private long lookedAtNanos;

    private Runnable onLateAnswer = () -> {};
    private boolean leftWithoutAnswer;

    ClusterCache(Connection connection) {
        this.client = new PdClient(connection);
    }

    /** Runs on the asking thread when an answer comes after somebody left without it. */
    synchronized void onLateAnswer(Runnable action) {
        onLateAnswer = action;
    }

    /** Starts asking, so that the answer is there when it is needed. */
    synchronized void prefetch() {
        if (!asking) {
            asking = true;
            Thread thread = new Thread(this::ask, "pdctl-cluster-look");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** The last answer, however old. */
    synchronized Look last() {
        return look;
    }

    /** The state of the cluster, fresh if PD answers within the budget. */
    synchronized Look look() {
        long end = System.nanoTime() + BUDGET_NANOS;
        if (looked && System.nanoTime() - lookedAtNanos < FRESH_NANOS) {
            return look;
        }
        prefetch();
        try {
            for (long left = end - System.nanoTime();
                    asking && left > 0;
                    left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leftWithoutAnswer |= asking;
        return look;
    }

    /** The next look asks PD again: a command may have changed the cluster. */
    synchronized void expire() {
        looked = false;
    }

    private void ask() {
        Members members = null;
        try {
            members = Members.parse(client.get("get the members", Members.PATH).body());
        } catch (CtlException e) {
            // The prompt shows that PD is out of reach; the next command will say why.
        }
        Runnable late;
        synchronized (this) {
            late = leftWithoutAnswer ? onLateAnswer : () -> {};
            leftWithoutAnswer = false;
            look = new Look(members == null ? look.members() : members, members != null);
            looked = true;
            lookedAtNanos = System.nanoTime();
            asking = false;
            notifyAll();
        }
        late.run();
    }
}
