package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AutoCompactorTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    /** Runs a day of minutes, revision = minute, and lists "minute:target". */
    private static List<String> day(CompactionPolicy policy, int leadsFromMinute) {
        AutoCompactor compactor = new AutoCompactor(policy, 0);
        List<String> done = new ArrayList<>();
        for (int minute = 0; minute <= 24 * 60; minute++) {
            OptionalLong due = compactor.due(minute * MINUTE, minute, minute >= leadsFromMinute);
            if (due.isPresent()) {
                done.add(minute + ":" + due.getAsLong());
            }
        }
        return done;
    }

    @Test
    void byTimeKeepsTheRetentionAndCompactsEveryHour() {
        List<String> done = day(new CompactionPolicy(true, TimeUnit.HOURS.toMillis(2)), 0);
        assertEquals(List.of("126:6", "186:66", "246:126"), done.subList(0, 3));
    }

    @Test
    void aShortRetentionIsItsOwnInterval() {
        List<String> done = day(new CompactionPolicy(true, TimeUnit.MINUTES.toMillis(10)), 0);
        assertEquals(List.of("11:1", "21:11", "31:21"), done.subList(0, 3));
    }

    @Test
    void byRevisionKeepsTheLastOnes() {
        List<String> done = day(new CompactionPolicy(false, 100), 0);
        assertEquals(List.of("101:1", "106:6", "111:11"), done.subList(0, 3));
    }

    @Test
    void aNewLeaderGoesOnFromTheSamplesItKeptAsFollower() {
        List<String> done = day(new CompactionPolicy(true, TimeUnit.HOURS.toMillis(1)), 10 * 60);
        assertEquals("600:540", done.get(0));
    }

    @Test
    void zeroTurnsItOff() {
        assertEquals(List.of(), day(CompactionPolicy.OFF, 0));
        assertEquals(List.of(), day(new CompactionPolicy(false, 0), 0));
    }
}
