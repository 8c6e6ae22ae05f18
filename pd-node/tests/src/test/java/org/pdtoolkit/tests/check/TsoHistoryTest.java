package org.pdtoolkit.tests.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The checker must find what it is there to find. */
class TsoHistoryTest {
    @Test
    void acceptsDisjointAndOrderedTimestamps() {
        TsoHistory one = new TsoHistory();
        one.add(0, 10, 1, 5);
        one.add(20, 30, 11, 12);
        TsoHistory two = new TsoHistory();
        two.add(5, 15, 6, 10);
        assertEquals(List.of(), TsoHistory.violations(List.of(one, two)));
    }

    @Test
    void acceptsAnyOrderOfCallsThatOverlapInTime() {
        TsoHistory one = new TsoHistory();
        one.add(0, 10, 6, 10);
        TsoHistory two = new TsoHistory();
        two.add(5, 15, 1, 5);
        assertEquals(List.of(), TsoHistory.violations(List.of(one, two)));
    }

    @Test
    void findsATimestampGivenTwice() {
        TsoHistory one = new TsoHistory();
        one.add(0, 10, 1, 5);
        TsoHistory two = new TsoHistory();
        two.add(5, 15, 5, 6);
        assertTrue(TsoHistory.violations(List.of(one, two)).get(0).contains("given out twice"));
    }

    @Test
    void findsATimestampThatGoesBackAcrossClients() {
        TsoHistory one = new TsoHistory();
        one.add(0, 10, 100, 105);
        TsoHistory two = new TsoHistory();
        two.add(11, 15, 50, 60);
        assertTrue(TsoHistory.violations(List.of(one, two)).get(0).contains("out of order"));
    }

    @Test
    void measuresTheLongestGapAroundASpan() {
        TsoHistory history = new TsoHistory();
        history.add(0, 10, 1, 1);
        history.add(10, 20, 2, 2);
        history.add(20, 520, 3, 3);
        history.add(520, 530, 4, 4);
        assertEquals(500, history.longestGapNanos(15, 25));
        assertEquals(10, history.longestGapNanos(525, 600));
    }
}
