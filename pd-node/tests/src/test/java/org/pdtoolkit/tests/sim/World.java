package org.pdtoolkit.tests.sim;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Virtual time, chance, and the queue of what happens next.
 *
 * <p>Whoever "blocks" runs the world for a while from inside his call ({@link #runFor}); everything
 * else goes on meanwhile.
 */
final class World {
    static final long MICRO = 1_000;
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000_000_000;
    private static final int DEPTH_MAX = 6;

    private record Event(long time, long number, String what, Runnable task)
            implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return time != other.time
                    ? Long.compare(time, other.time)
                    : Long.compare(number, other.number);
        }
    }

    final SplittableRandom random;
    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final TreeMap<String, Long> counts = new TreeMap<>();
    private Runnable afterEvent = () -> {};
    private long now;
    private long number;
    private long events;
    private long trace;
    private int depth;
    private AssertionError violation;

    World(long seed) {
        random = new SplittableRandom(seed);
    }

    long now() {
        return now;
    }

    long events() {
        return events;
    }

    /** Hash of everything that has happened, in order. */
    long trace() {
        return trace;
    }

    /** Adds something to the trace that two runs of one seed must agree in. */
    void trace(long value) {
        trace = (trace ^ value) * 0x9E3779B97F4A7C15L;
        trace ^= trace >>> 29;
    }

    void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    TreeMap<String, Long> counts() {
        return counts;
    }

    void afterEvent(Runnable check) {
        afterEvent = check;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    long between(long from, long until) {
        return random.nextLong(from, until);
    }

    /** A duration in {@code [from, until)} whose magnitude is even: short ones are as likely. */
    long magnitude(long from, long until) {
        return (long) (from * Math.pow((double) until / from, random.nextDouble()));
    }

    /** Lets {@code task} happen after {@code delay} nanoseconds. */
    void at(long delay, String what, Runnable task) {
        queue.add(new Event(now + Math.max(0, delay), number++, what, task));
    }

    /** Notes what must not be; the run ends with it, whoever swallows the throw. */
    AssertionError violation(String what) {
        AssertionError error = new AssertionError(what + ", at " + now / MICRO + " us");
        if (violation == null) {
            violation = error;
        }
        return violation;
    }

    void check(boolean holds, String what) {
        if (!holds) {
            throw violation(what);
        }
    }

    void throwViolation() {
        if (violation != null) {
            throw violation;
        }
    }

    boolean mayBlock() {
        return depth < DEPTH_MAX;
    }

    /** Runs the world for {@code nanos} from now. */
    void runFor(long nanos) {
        long end = now + nanos;
        depth++;
        try {
            while (!queue.isEmpty() && queue.peek().time <= end) {
                step();
            }
            now = Math.max(now, end);
        } finally {
            depth--;
        }
    }

    private void step() {
        Event event = queue.poll();
        now = Math.max(now, event.time);
        events++;
        trace(now ^ event.what.hashCode());
        event.task.run();
        afterEvent.run();
        throwViolation();
    }
}
