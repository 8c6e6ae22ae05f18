package org.pdtoolkit.placement.tso;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;

class TimestampOracleTest {
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    FIRST  | SECOND | PHYSICAL | LOGICAL
                    # the very first has logical 0
                    1      | 1      | 100      | 1
                    # a whole millisecond in one request
                    262144 | 1      | 101      | 0
                    1      | 262144 | 101      | 262143
                    # what fits stays, what does not moves on as a whole
                    262143 | 1      | 100      | 262143
                    262143 | 2      | 101      | 1
                    200000 | 62144  | 100      | 262143
                    200000 | 62145  | 101      | 62144
                    """)
    void aBatchLiesInOneMillisecond(long first, long second, long physical, long logical) {
        TimestampOracle oracle = new TimestampOracle(100, 200);
        oracle.allocate(first);
        assertEquals(Timestamps.of(physical, logical), oracle.allocate(second));
    }

    @Test
    void theLimitIsNeverReached() {
        TimestampOracle oracle = new TimestampOracle(100, 102);
        oracle.allocate(1 << 18);
        oracle.allocate(1 << 18);
        PlacementException refused =
                assertThrows(PlacementException.class, () -> oracle.allocate(1));
        assertEquals(PlacementError.TSO_EXHAUSTED, refused.error());
        oracle.moveTo(5_000);
        assertThrows(PlacementException.class, () -> oracle.allocate(1));
        oracle.extend(103);
        assertEquals(Timestamps.of(102, 0), oracle.allocate(1));
        oracle.extend(50);
        assertEquals(Timestamps.of(102, 1), oracle.allocate(1));
    }

    @Test
    void movingBackIsNoMove() {
        TimestampOracle oracle = new TimestampOracle(100, 200);
        oracle.moveTo(150);
        oracle.moveTo(120);
        assertEquals(Timestamps.of(150, 0), oracle.allocate(1));
        oracle.moveTo(150);
        assertEquals(Timestamps.of(150, 1), oracle.allocate(1));
        oracle.moveTo(500);
        assertEquals(Timestamps.of(199, 0), oracle.allocate(1));
    }

    /** Four threads, the physical part moved under them: distinct, and growing in each thread. */
    @Test
    void threadsNeverGetTheSameTimestamp() throws InterruptedException {
        int threads = 4;
        int calls = 200_000;
        TimestampOracle oracle = new TimestampOracle(1, Long.MAX_VALUE >>> 20);
        long[][] given = new long[threads][calls];
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            long[] mine = given[t];
            running.add(
                    new Thread(
                            () -> {
                                for (int i = 0; i < calls; i++) {
                                    mine[i] = oracle.allocate(1 + i % 3);
                                }
                            }));
        }
        running.forEach(Thread::start);
        long millis = 1;
        while (running.stream().anyMatch(Thread::isAlive)) {
            oracle.moveTo(++millis);
        }
        for (Thread thread : running) {
            thread.join();
        }
        // Encoded as (first << 2 | size) so that one sort orders all batches of all threads.
        long[] batches = new long[threads * calls];
        for (int t = 0; t < threads; t++) {
            for (int i = 0; i < calls; i++) {
                long first = given[t][i] - i % 3;
                assertTrue(i == 0 || first > given[t][i - 1], "not growing");
                batches[t * calls + i] = first << 2 | (1 + i % 3);
            }
        }
        Arrays.sort(batches);
        for (int i = 1; i < batches.length; i++) {
            long lastBefore = (batches[i - 1] >>> 2) + (batches[i - 1] & 3) - 1;
            assertTrue(batches[i] >>> 2 > lastBefore, "overlap");
        }
    }
}
