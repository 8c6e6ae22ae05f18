package org.pdtoolkit.tests.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Timestamps that one client received, call by call.
 *
 * <p>Thread: one writer; reading after it has stopped.
 */
public final class TsoHistory {
    private long[] started = new long[1024];
    private long[] ended = new long[1024];
    private long[] firsts = new long[1024];
    private long[] lasts = new long[1024];
    private int size;

    /**
     * Adds an answered call.
     *
     * @param startNanos monotonic time before the request left
     * @param endNanos monotonic time after the answer came
     * @param first smallest timestamp of the answer
     * @param last largest one
     */
    public void add(long startNanos, long endNanos, long first, long last) {
        if (size == started.length) {
            started = Arrays.copyOf(started, size * 2);
            ended = Arrays.copyOf(ended, size * 2);
            firsts = Arrays.copyOf(firsts, size * 2);
            lasts = Arrays.copyOf(lasts, size * 2);
        }
        started[size] = startNanos;
        ended[size] = endNanos;
        firsts[size] = first;
        lasts[size] = last;
        size++;
    }

    public int size() {
        return size;
    }

    /** Longest time between two answers of which one lies in {@code [from, until]}, nanoseconds. */
    public long longestGapNanos(long from, long until) {
        long longest = 0;
        for (int i = 1; i < size; i++) {
            if (ended[i] >= from && ended[i - 1] <= until) {
                longest = Math.max(longest, ended[i] - ended[i - 1]);
            }
        }
        return longest;
    }

    /** One call of any client. */
    private record Call(long start, long end, long first, long last) {}

    /**
     * Looks for what must not be: a timestamp given out twice, or one not greater than a timestamp
     * whose answer had arrived before this call began.
     *
     * @return one line per violation, at most twenty
     */
    public static List<String> violations(List<TsoHistory> histories) {
        List<Call> calls = new ArrayList<>();
        for (TsoHistory h : histories) {
            for (int i = 0; i < h.size; i++) {
                calls.add(new Call(h.started[i], h.ended[i], h.firsts[i], h.lasts[i]));
            }
        }
        List<String> found = new ArrayList<>();
        findRepeats(calls, found);
        findDisorder(calls, found);
        return found;
    }

    private static void findRepeats(List<Call> calls, List<String> found) {
        List<Call> byTimestamp = new ArrayList<>(calls);
        byTimestamp.sort(Comparator.comparingLong(Call::first));
        for (int i = 1; i < byTimestamp.size() && found.size() < 10; i++) {
            Call before = byTimestamp.get(i - 1);
            Call now = byTimestamp.get(i);
            if (now.first() <= before.last()) {
                found.add("given out twice: " + before + " and " + now);
            }
        }
    }

    private static void findDisorder(List<Call> calls, List<String> found) {
        List<Call> byStart = new ArrayList<>(calls);
        byStart.sort(Comparator.comparingLong(Call::start));
        List<Call> byEnd = new ArrayList<>(calls);
        byEnd.sort(Comparator.comparingLong(Call::end));
        int done = 0;
        Call largest = null;
        for (Call call : byStart) {
            while (done < byEnd.size() && byEnd.get(done).end() < call.start()) {
                Call finished = byEnd.get(done++);
                if (largest == null || finished.last() > largest.last()) {
                    largest = finished;
                }
            }
            if (largest != null && call.first() <= largest.last() && found.size() < 20) {
                found.add("out of order: " + call + " began after " + largest + " had ended");
            }
        }
    }
}
