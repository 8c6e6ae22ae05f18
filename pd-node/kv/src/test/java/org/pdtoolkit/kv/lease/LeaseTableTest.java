package org.pdtoolkit.kv.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;

/** etcd.md section 8, clocks. */
class LeaseTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long EXTEND = SECOND;

    private final LeaseTable table = new LeaseTable();

    @BeforeEach
    void grant() {
        table.grant(1, 10);
        table.grant(2, 5);
    }

    private List<Long> expired(long nowNanos) {
        return table.expired(nowNanos, 500);
    }

    @Test
    void withoutALeaderNothingRunsOut() {
        assertEquals(List.of(), expired(Long.MAX_VALUE / 2));
        assertEquals(10, table.remaining(1, Long.MAX_VALUE / 2));
        assertEquals(0, table.renew(1, 0), "renewed by the leader only");
        assertEquals(List.of(2L, 1L), table.ids());
    }

    /** The clock may start anywhere, and may pass the largest number. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, -5 * SECOND, Long.MAX_VALUE - SECOND, Long.MIN_VALUE})
    void aNewLeaderGivesTheFullTimeAndAnElectionTimeout(long start) {
        table.promote(start, EXTEND);
        assertEquals(11, table.remaining(1, start));
        assertEquals(10, table.remaining(1, start + 1), "rounded down");
        assertEquals(List.of(), expired(start + 6 * SECOND - 1));
        assertEquals(List.of(2L), expired(start + 6 * SECOND));
        assertEquals(0, table.remaining(2, start + 7 * SECOND));
        assertEquals(0, table.renew(2, start + 7 * SECOND));
        table.revoke(2);
        assertEquals(List.of(), expired(start + 11 * SECOND - 1));
        assertEquals(List.of(1L), expired(start + 11 * SECOND));
    }

    @Test
    void renewingStartsTheFullTimeAgain() {
        table.promote(0, EXTEND);
        assertEquals(5, table.renew(2, 5 * SECOND));
        assertEquals(5, table.remaining(2, 5 * SECOND));
        assertEquals(List.of(), expired(10 * SECOND - 1));
        assertEquals(List.of(2L), expired(10 * SECOND));
        assertEquals(0, table.renew(99, 0));
        assertEquals(-1, table.remaining(99, 0));
    }

    @Test
    void aLeaseGrantedWhileLeadingStartsWhenTheTimeIsToldNext() {
        table.promote(0, 0);
        table.grant(3, 2);
        table.grant(4, 2);
        table.revoke(4);
        assertEquals(2, table.remaining(3, SECOND));
        assertEquals(List.of(), expired(3 * SECOND - 1));
        assertEquals(List.of(3L), expired(3 * SECOND));
    }

    @Test
    void anExpiredLeaseIsReportedAgainAfterThreeSecondsUntilItIsRevoked() {
        table.promote(0, 0);
        assertEquals(List.of(2L), expired(5 * SECOND));
        assertEquals(List.of(), expired(8 * SECOND - 1));
        assertEquals(List.of(2L), expired(8 * SECOND));
        table.revoke(2);
        assertEquals(List.of(1L), expired(20 * SECOND));
    }

    @Test
    void onlySoManyAreReportedAtOnceLongestOverdueFirst() {
        table.promote(0, 0);
        for (long id = 10; id < 20; id++) {
            table.grant(id, 30 - id);
        }
        expired(0);
        assertEquals(List.of(2L, 1L), table.expired(12 * SECOND, 2));
        assertEquals(List.of(19L, 18L), table.expired(12 * SECOND, 3));
    }

    @Test
    void demotionStopsTheClocks() {
        table.promote(0, 0);
        table.grant(3, 2);
        table.demote();
        assertEquals(List.of(), expired(100 * SECOND));
        assertEquals(2, table.remaining(3, 100 * SECOND));
        table.promote(200 * SECOND, 0);
        assertEquals(List.of(), expired(202 * SECOND - 1));
        assertEquals(List.of(3L), expired(202 * SECOND));
    }

    @Test
    void leasesAreListedSoonestFirst() {
        table.promote(0, 0);
        table.grant(3, 7);
        table.renew(2, 4 * SECOND);
        assertEquals(List.of(2L, 1L, 3L), table.ids());
    }

    @Test
    void afterAPromotionExpiriesAreSpread() {
        for (long id = 100; id < 4000; id++) {
            table.grant(id, 10);
        }
        table.promote(0, 0);
        table.revoke(1);
        table.revoke(2);
        Set<Long> seen = new HashSet<>();
        for (int second = 10; second <= 15; second++) {
            List<Long> now = table.expired(second * SECOND, 10_000);
            now.removeIf(seen::contains);
            assertTrue(now.size() <= 750, () -> now.size() + " at once");
            seen.addAll(now);
        }
        assertEquals(3900, seen.size());
    }

    @Test
    void theLongestLeaseDoesNotOverflow() {
        table.grant(3, 9_000_000_000L);
        table.promote(Long.MAX_VALUE - 5, EXTEND);
        assertEquals(9_000_000_001L, table.remaining(3, Long.MAX_VALUE - 5));
        assertEquals(9_000_000_000L, table.renew(3, Long.MAX_VALUE));
        long tenYearsOn = Long.MAX_VALUE + 10L * 365 * 86400 * SECOND;
        assertEquals(9_000_000_000L, table.renew(3, tenYearsOn));
        assertTrue(table.remaining(3, tenYearsOn) > 8_900_000_000L);
    }

    @Test
    void keysMoveBetweenLeases() {
        Bytes key = Bytes.utf8("k");
        table.move(key, 0, 1);
        assertEquals(List.of(key), table.keys(1));
        table.move(key, 1, 2);
        assertEquals(List.of(), table.keys(1));
        assertEquals(List.of(key), table.keys(2));
        table.move(key, 2, 0);
        assertEquals(List.of(), table.keys(2));
        assertEquals(List.of(), table.keys(99));
    }

    @Test
    void chosenIdsArePositiveAndDifferent() {
        Set<Long> ids = new HashSet<>();
        List<LeaseIds> members = new ArrayList<>();
        for (long member : new long[] {1, -1, 0x8e9e05c52164694dL}) {
            members.add(new LeaseIds(member, 1_750_000_000_000L));
            members.add(new LeaseIds(member, 1_750_000_060_000L));
        }
        for (LeaseIds member : members) {
            for (int i = 0; i < 10_000; i++) {
                long id = member.next();
                assertTrue(id > 0);
                assertTrue(ids.add(id), () -> "twice: " + id);
            }
        }
    }
}
