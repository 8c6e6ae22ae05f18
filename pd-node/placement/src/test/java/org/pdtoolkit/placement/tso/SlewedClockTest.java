package org.pdtoolkit.placement.tso;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlewedClockTest {
    private static final long MILLI = 1_000_000L;
    private static final long START_MILLIS = 1_700_000_000_000L;

    private final List<Long> jumps = new ArrayList<>();

    private SlewedClock clock() {
        return new SlewedClock(
                START_MILLIS * MILLI, 0, START_MILLIS, (jump, offset) -> jumps.add(jump));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    ELAPSED_MS | OFFSET_MS         | ADVANCED_MS
                    1000       | 0                 | 1000
                    # small offsets vanish as fast as a tenth allows
                    1000       | 50                | 1050
                    1000       | 500               | 1100
                    1000       | 5000              | 1100
                    # far ahead: a thousandth
                    1000       | 5001              | 1001
                    1000       | 3600000           | 1001
                    # behind: a tenth, and never back
                    1000       | -50               | 950
                    1000       | -3600000          | 900
                    0          | -3600000          | 0
                    0          | 3600000           | 0
                    # beyond the year 2262, and before 1970
                    1000       | 99000000000000    | 1001
                    1000       | -1800000000000    | 900
                    """)
    void advancesByTheMonotonicClockAndSlewsTowardsTheWall(
            long elapsed, long offset, long advanced) {
        long position = clock().advance(elapsed * MILLI, START_MILLIS + elapsed + offset);
        assertEquals(START_MILLIS + advanced, position / MILLI);
    }

    @Test
    void reportsStepsOfTheWallClockOnceAndDriftNever() {
        SlewedClock clock = clock();
        long wall = START_MILLIS;
        for (int i = 1; i <= 1_000; i++) {
            wall += 11; // A tenth fast.
            clock.advance(i * 10 * MILLI, wall);
        }
        assertEquals(List.of(), jumps);
        wall += 3_600_000;
        for (int i = 1_001; i <= 1_010; i++) {
            wall += 10;
            clock.advance(i * 10 * MILLI, wall);
        }
        assertEquals(List.of(3_600_000L), jumps);
    }

    @Test
    void aLongPauseIsNoJump() {
        SlewedClock clock = clock();
        clock.advance(60_000 * MILLI, START_MILLIS + 60_000);
        assertEquals((START_MILLIS + 60_000) * MILLI, clock.positionNanos());
        assertTrue(jumps.isEmpty());
    }
}
