package org.pdtoolkit.placement.sim;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Virtual time, one queue of events, one source of randomness. */
public final class World {
    public static final long MILLI = 1_000_000L;
    public static final long SECOND = 1_000 * MILLI;

    private record Event(long atNanos, long order, Runnable task) {}

    public final SplittableRandom random;
    private final PriorityQueue<Event> queue =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
    private long nowNanos;
    private long order;
    private int depth;
    private Runnable afterEach = () -> {};

    public World(long seed) {
        random = new SplittableRandom(seed);
    }

    /** True time; what a member's clocks show is its own affair. */
    public long now() {
        return nowNanos;
    }

    /** How many runs are nested, which is how many threads are stalled in the middle of a call. */
    public int depth() {
        return depth;
    }

    /** Runs {@code check} after every event. */
    public void afterEach(Runnable check) {
        afterEach = check;
    }

    public void at(long delayNanos, Runnable task) {
        queue.add(new Event(nowNanos + delayNanos, order++, task));
    }

    /** From {@code least} until {@code bound}, nanoseconds. */
    public long between(long least, long bound) {
        return random.nextLong(least, bound);
    }

    public boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** Runs what is due in the next {@code nanos}; may be called from within an event. */
    public void runFor(long nanos) {
        long until = nowNanos + nanos;
        depth++;
        while (!queue.isEmpty() && queue.peek().atNanos() <= until) {
            Event next = queue.poll();
            nowNanos = Math.max(nowNanos, next.atNanos());
            next.task().run();
            afterEach.run();
        }
        nowNanos = Math.max(nowNanos, until);
        depth--;
    }
}
