package org.pdtoolkit.ctl.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks the members of one cluster, in order, until one answers.
 *
 * <p>A read goes on to the next member after any failure that another member might not have; a
 * write goes on only when nothing of it was sent, so nothing is ever done twice.
 *
 * <p>Thread: one caller at a time; {@link #cancel} may come from any thread.
 */
public final class PdClient {
    private final Connection connection;
    private final HttpExchange exchange;
    private final Object pauseLock = new Object();
    private volatile boolean cancelled;
    // The member that answered last is asked first next time: a dead one costs its delay once.
    private int first;

    public PdClient(Connection connection) {
        this.connection = connection;
        this.exchange = new HttpExchange(connection);
    }

    public Connection connection() {
        return connection;
    }

    /**
     * Reads.
     *
     * @param what the deed for messages, an infinitive such as "get the members"
     * @throws CtlException when no member carried it out
     */
    public Answer get(String what, String path) {
        return call(new Request(what, "GET", path, null, false));
    }

    /** Reads from the member asked itself, even when it is no leader. */
    public Answer getLocal(String what, String path) {
        return call(new Request(what, "GET", path, null, true));
    }

    /**
     * Writes, at most once.
     *
     * @param json the body, or {@code null} for none
     * @throws CtlException {@link ExitCode#UNKNOWN_OUTCOME} when it was sent and not answered
     */
    public Answer post(String what, String path, String json) {
        return call(new Request(what, "POST", path, json, false));
    }

    /** Removes, at most once, as {@link #post} does. */
    public Answer delete(String what, String path) {
        return call(new Request(what, "DELETE", path, null, false));
    }

    private Answer call(Request request) {
        List<Failures.Failure> failures = new ArrayList<>();
        int count = connection.endpoints().size();
        int start = first;
        for (int i = 0; i < count; i++) {
            int index = (start + i) % count;
            Endpoint endpoint = connection.endpoints().get(index);
            Failures.Failure failure;
            boolean next;
            try {
                checkCancelled();
                Answer answer = exchange.run(endpoint, request);
                first = index;
                if (answer.ok()) {
                    return answer;
                }
                failure = Failures.status(answer);
                next = request.isRead() && answer.status() >= 500;
            } catch (HttpExchange.NotSentException e) {
                failure = Failures.notSent(endpoint, e.getCause());
                next = true;
            } catch (IOException | RuntimeException e) {
                // Closing a connection under its reader may surface as any exception of the JDK.
                checkCancelled();
                if (e instanceof RuntimeException unexpected) {
                    throw unexpected;
                }
                failure = Failures.unanswered(request, endpoint, (IOException) e);
                next = request.isRead();
            }
            failures.add(failure);
            if (!next) {
                break;
            }
        }
        throw Failures.report(request, failures);
    }

    /** Breaks off the exchange or pause that is under way, and all later ones until reset. */
    public void cancel() {
        cancelled = true;
        synchronized (pauseLock) {
            pauseLock.notifyAll();
        }
        exchange.abort();
    }

    /** Makes the client usable again after {@link #cancel}. */
    public void reset() {
        cancelled = false;
    }

    /**
     * Waits between two looks at the cluster.
     *
     * @throws CtlException {@link ExitCode#INTERRUPTED} when cancelled meanwhile
     */
    public void pause(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            synchronized (pauseLock) {
                long left = millis;
                while (left > 0 && !cancelled) {
                    pauseLock.wait(left);
                    left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancelled = true;
        }
        checkCancelled();
    }

    private void checkCancelled() {
        if (cancelled) {
            throw new CtlException(
                    ExitCode.INTERRUPTED, "interrupted", "", new InterruptedIOException());
        }
    }
}
