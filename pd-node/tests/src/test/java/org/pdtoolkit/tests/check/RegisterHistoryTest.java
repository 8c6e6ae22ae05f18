package org.pdtoolkit.tests.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.tests.check.RegisterHistory.ABSENT;
import static org.pdtoolkit.tests.check.RegisterHistory.NEVER;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegisterHistoryTest {
    private final RegisterHistory history = new RegisterHistory();

    @Test
    void nothingHappened() {
        assertTrue(history.isLinearizable());
    }

    @Test
    void aReadSeesTheWriteBeforeIt() {
        history.read(0, 1, ABSENT);
        history.write(2, 3, 7);
        history.read(4, 5, 7);
        assertTrue(history.isLinearizable());
    }

    @Test
    void aStaleReadIsFound() {
        history.write(0, 1, 7);
        history.write(2, 3, 8);
        history.read(4, 5, 7);
        assertFalse(history.isLinearizable());
    }

    @Test
    void aLostWriteIsFound() {
        history.write(0, 1, 7);
        history.read(2, 3, ABSENT);
        assertFalse(history.isLinearizable());
    }

    @Test
    void aReadDuringAWriteMaySeeEither() {
        history.write(0, 10, 7);
        history.read(1, 2, ABSENT);
        history.read(3, 4, 7);
        assertTrue(history.isLinearizable());
    }

    @Test
    void aWriteOnceSeenStaysSeen() {
        history.write(0, 10, 7);
        history.read(1, 2, 7);
        history.read(3, 4, ABSENT);
        assertFalse(history.isLinearizable());
    }

    @Test
    void twoClientsSeeOneOrder() {
        history.write(0, 10, 7);
        history.write(0, 10, 8);
        history.read(11, 12, 7);
        history.read(13, 14, 8);
        assertFalse(history.isLinearizable());
    }

    @Test
    void aWriteWithoutAnAnswerMayTakeEffectLateOrNever() {
        history.write(0, NEVER, 7);
        history.read(1, 2, ABSENT);
        assertTrue(history.isLinearizable());
        history.read(3, 4, 7);
        assertTrue(history.isLinearizable());
        history.read(5, 6, ABSENT);
        assertFalse(history.isLinearizable());
    }

    @Test
    void aWriteDoesNotTakeEffectBeforeItBegins() {
        history.read(0, 1, 7);
        history.write(2, NEVER, 7);
        assertFalse(history.isLinearizable());
    }

    @Test
    void aDeleteWithoutAnAnswerMayExplainAnAbsence() {
        history.write(0, 1, 7);
        history.write(2, NEVER, ABSENT);
        history.read(3, 4, 7);
        history.read(5, 6, ABSENT);
        assertTrue(history.isLinearizable());
    }

    @Test
    void onlyOneOfTwoCompareAndSetsCanWin() {
        history.write(0, 1, 7);
        history.compareAndSet(2, 9, 7, 8);
        history.compareAndSet(3, 8, 7, 9);
        assertFalse(history.isLinearizable());
    }

    @Test
    void compareAndSetsFormAChain() {
        history.compareAndSet(2, 9, 7, 8);
        history.compareAndSet(3, 8, 8, 9);
        history.compareAndSet(1, 7, ABSENT, 7);
        history.read(10, 11, 9);
        assertTrue(history.isLinearizable());
    }

    /** Against all orders, on histories small enough for that. */
    @Test
    void agreesWithTryingEveryOrder() {
        Random random = new Random(5);
        int good = 0;
        for (int round = 0; round < 4_000; round++) {
            RegisterHistory checked = new RegisterHistory();
            List<int[]> calls = new ArrayList<>();
            int count = 1 + random.nextInt(5);
            for (int i = 0; i < count; i++) {
                int start = random.nextInt(8);
                int end = start + 1 + random.nextInt(6);
                int seen = random.nextInt(count + 1);
                switch (random.nextInt(3)) {
                    case 0 -> {
                        checked.read(start, end, seen);
                        calls.add(new int[] {start, end, seen, -1});
                    }
                    case 1 -> {
                        checked.write(start, end, i + 1);
                        calls.add(new int[] {start, end, -1, i + 1});
                    }
                    default -> {
                        checked.compareAndSet(start, end, seen, i + 1);
                        calls.add(new int[] {start, end, seen, i + 1});
                    }
                }
            }
            boolean expected = someOrderFits(calls, new ArrayList<>());
            good += expected ? 1 : 0;
            assertEquals(expected, checked.isLinearizable(), () -> describe(calls));
        }
        assertTrue(good > 400 && good < 3_600, "histories that are right: " + good);
    }

    private static String describe(List<int[]> calls) {
        return String.join(" ", calls.stream().map(java.util.Arrays::toString).toList());
    }

    private static boolean someOrderFits(List<int[]> left, List<int[]> order) {
        if (left.isEmpty()) {
            return fits(order);
        }
        for (int[] next : left) {
            List<int[]> rest = new ArrayList<>(left);
            rest.remove(next);
            order.add(next);
            if (someOrderFits(rest, order)) {
                return true;
            }
            order.remove(order.size() - 1);
        }
        return false;
    }

    private static boolean fits(List<int[]> order) {
        int value = ABSENT;
        int latestStart = Collections.min(order.stream().map(c -> c[0]).toList());
        for (int[] call : order) {
            latestStart = Math.max(latestStart, call[0]);
            if (call[1] < latestStart || (call[2] >= 0 && call[2] != value)) {
                return false;
            }
            value = call[3] >= 0 ? call[3] : value;
        }
        return true;
    }
}
