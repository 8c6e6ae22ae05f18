package org.pdtoolkit.tests.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls of any number of clients on one register, and whether an order of them exists that explains
 * all answers (linearizability; the search of Wing and Gong with the memory of Lowe).
 *
 * <p>Values are numbers chosen by the writers, each written once; {@link #ABSENT} is the register
 * without a value, which it has at first. Thread: one.
 */
public final class RegisterHistory {
    public static final int ABSENT = 0;

    /** For {@code requires}: whatever there is. For {@code leaves}: what was there. */
    public static final int ANY = -1;

    /** End of a call whose answer never came: it may take effect at any time, or never. */
    public static final long NEVER = Long.MAX_VALUE;

    /**
     * @param requires value that the register had when the call took effect
     * @param leaves value that it had after that
     */
    private record Call(long start, long end, int requires, int leaves) {
        boolean known() {
            return end != NEVER;
        }
    }

    /** Begin or end of a call, in a list ordered by time. */
    private static final class Point {
        private final int call;
        private final boolean begin;
        private final long time;
        private Point previous;
        private Point next;
        private Point end;

        Point(int call, boolean begin, long time) {
            this.call = call;
            this.begin = begin;
            this.time = time;
        }

        void lift() {
            previous.next = next;
            if (next != null) {
                next.previous = previous;
            }
        }

        void putBack() {
            previous.next = this;
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private record State(BitSet done, int value) {}

    private record Choice(Point begin, int valueBefore) {}

    private final List<Call> calls = new ArrayList<>();

    /** A read, or a refused compare-and-set that shows the value. */
    public void read(long start, long end, int value) {
        calls.add(new Call(start, end, value, ANY));
    }

    /** A write; {@link #NEVER} for one without an answer. */
    public void write(long start, long end, int value) {
        calls.add(new Call(start, end, ANY, value));
    }

    /** A compare-and-set that took place; {@link #NEVER} for one without an answer. */
    public void compareAndSet(long start, long end, int expected, int value) {
        calls.add(new Call(start, end, expected, value));
    }

    public int size() {
        return calls.size();
    }

    /** Whether some order of the calls, true to real time, explains every answer. */
    public boolean isLinearizable() {
        List<Call> relevant = relevant();
        long open = relevant.stream().filter(Call::known).count();
        Point head = points(relevant);
        BitSet done = new BitSet(relevant.size());
        Set<State> seen = new HashSet<>();
        Deque<Choice> choices = new ArrayDeque<>();
        int value = ABSENT;
        Point at = head.next;
        while (open > 0) {
            if (at != null && at.begin) {
                Call call = relevant.get(at.call);
                boolean fits = call.requires() == ANY || call.requires() == value;
                int after = call.leaves() == ANY ? value : call.leaves();
                if (fits && seen.add(stateAfter(done, at.call, after))) {
                    choices.push(new Choice(at, value));
                    done.set(at.call);
                    value = after;
                    open -= call.known() ? 1 : 0;
                    at.lift();
                    at.end.lift();
                    at = head.next;
                } else {
                    at = at.next;
                }
                continue;
            }
            // The end of a call that has not taken effect: an earlier choice was wrong.
            if (choices.isEmpty()) {
                return false;
            }
            Choice last = choices.pop();
            done.clear(last.begin().call);
            value = last.valueBefore();
            open += relevant.get(last.begin().call).known() ? 1 : 0;
            last.begin().end.putBack();
            last.begin().putBack();
            at = last.begin().next;
        }
        return true;
    }

    private static State stateAfter(BitSet done, int call, int value) {
        BitSet after = (BitSet) done.clone();
        after.set(call);
        return new State(after, value);
    }

    /**
     * Without the calls that nobody can miss: those without an answer whose value nobody saw. The
     * next call that depends on the value cannot follow them directly.
     */
    private List<Call> relevant() {
        Set<Integer> required = new HashSet<>(List.of(ABSENT));
        calls.forEach(call -> required.add(call.requires()));
        return calls.stream()
                .filter(call -> call.known() || required.contains(call.leaves()))
                .toList();
    }

    private static Point points(List<Call> calls) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Point begin = new Point(i, true, calls.get(i).start());
            begin.end = new Point(i, false, calls.get(i).end());
            points.add(begin);
            points.add(begin.end);
        }
        // Calls that touch in one instant count as concurrent: begins first.
        points.sort(
                Comparator.<Point>comparingLong(point -> point.time)
                        .thenComparing(point -> !point.begin));
        Point head = new Point(-1, true, Long.MIN_VALUE);
        Point last = head;
        for (Point point : points) {
            point.previous = last;
            last.next = point;
            last = point;
        }
        return head;
    }
}
