package org.pdtoolkit.server.transport;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Lets one line of each kind through per interval, so that a flood of errors is no flood of lines.
 */
final class LogLimiter {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int KINDS_MAX = 1024;

    private final ConcurrentMap<String, Long> last = new ConcurrentHashMap<>();

    boolean allow(String kind) {
        long now = System.nanoTime();
        if (last.size() > KINDS_MAX) {
            last.clear();
        }
        Long before = last.get(kind);
        if (before != null && now - before < INTERVAL_NANOS) {
            return false;
        }
        last.put(kind, now);
        return true;
    }
}
