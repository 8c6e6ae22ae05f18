package org.pdtoolkit.storage.tck.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Times of many runs of one piece of work, in nanoseconds. */
final class Timing {
    /** Work to be timed. */
    interface Work {
        void run() throws IOException;
    }

    /** Seconds since that reading of the monotonic clock. */
    static double seconds(long startedNanos) {
        return (System.nanoTime() - startedNanos) / 1e9;
    }

    private final List<long[]> rounds = new ArrayList<>();
    private long[] sorted;

    /** Repeats the work for about this long. */
    void round(Work work, long nanos) throws IOException {
        long[] times = new long[1 << 10];
        int count = 0;
        long end = System.nanoTime() + nanos;
        for (long now = System.nanoTime(); now < end; ) {
            work.run();
            long then = System.nanoTime();
            if (count == times.length) {
                times = Arrays.copyOf(times, count * 2);
            }
            times[count++] = then - now;
            now = then;
        }
        rounds.add(Arrays.copyOf(times, count));
        sorted = null;
    }

    private long[] sorted() {
        if (sorted == null) {
            sorted = rounds.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        }
        return sorted;
    }

    double meanMicros() {
        return Arrays.stream(sorted()).average().orElse(0) / 1e3;
    }

    /** The time that {@code percent} of the runs do not exceed. */
    double micros(int percent) {
        long[] all = sorted();
        return all[(int) ((all.length - 1L) * percent / 100)] / 1e3;
    }
}
