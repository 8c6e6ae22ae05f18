package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/** etcd.md section 8, what is replicated. */
class LeaseTest {
    private final Machine machine = new Machine();

    private static Outcome leased(long id, long ttl, long revision) {
        return new Outcome.Leased(new ReplicatedKv.Lease(id, ttl, revision));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            ASKED      | GRANTED
            -5         | 2
            0          | 2
            1          | 2
            2          | 2
            3          | 3
            9000000000 | 9000000000
            """)
    void aShortTimeIsRaisedToTheMinimum(long asked, long granted) {
        assertEquals(leased(7, granted, 1), machine.apply(new Command.LeaseGrant(7, asked)));
        assertEquals(granted, machine.kv.leases().ttl(7));
        machine.restart();
        assertEquals(granted, machine.kv.leases().ttl(7));
    }

    @Test
    void theMinimumIsSettable() {
        Machine slow = new Machine(new KvLimits(15, 128, 1000));
        assertEquals(leased(7, 15, 1), slow.apply(new Command.LeaseGrant(7, 10)));
    }

    @Test
    void aTimeTooLongIsRefused() {
        assertEquals(
                KvError.LEASE_TTL_TOO_LARGE,
                machine.refusal(new Command.LeaseGrant(7, 9_000_000_001L)));
        assertEquals(0, machine.kv.leases().count());
    }

    @Test
    void anIdIsGrantedOnceAndMayBeNegative() {
        assertEquals(leased(-7, 10, 1), machine.apply(new Command.LeaseGrant(-7, 10)));
        assertEquals(KvError.LEASE_EXISTS, machine.refusal(new Command.LeaseGrant(-7, 20)));
        machine.put("k", "v", -7);
        machine.restart();
        assertEquals(List.of(-7L), machine.kv.leases().ids());
        assertEquals(List.of(utf8("k")), machine.kv.leases().keys(-7));
        assertEquals(leased(-7, 0, 3), machine.apply(new Command.LeaseRevoke(-7)));
        assertEquals(leased(-7, 20, 3), machine.apply(new Command.LeaseGrant(-7, 20)));
    }

    @Test
    void revokingDeletesTheKeysInOrderAsOneRevision() {
        machine.apply(new Command.LeaseGrant(7, 10));
        for (String key : List.of("c", "a", "b")) {
            machine.put(key, "v", 7);
        }
        machine.put("d", "v");
        List<String> deleted = new ArrayList<>();
        machine.kv.watch(
                new WatchRequest(all(), 0, true),
                new WatchListener() {
                    @Override
                    public void onEvents(long revision, List<Event> events) {
                        assertEquals(6, revision);
                        for (Event event : events) {
                            assertEquals(EventType.DELETE, event.type());
                            assertEquals(7, event.previous().lease());
                            deleted.add(event.pair().key().toUtf8());
                        }
                    }

                    @Override
                    public void onCompacted(long compactRevision) {
                        throw new AssertionError();
                    }
                });
        assertEquals(leased(7, 0, 6), machine.apply(new Command.LeaseRevoke(7)));
        assertEquals(List.of("a", "b", "c"), deleted);
        assertEquals(1, machine.range(Op.Range.of(all())).count());
        assertEquals(KvError.LEASE_NOT_FOUND, machine.refusal(new Command.LeaseRevoke(7)));
        machine.restart();
        assertEquals(0, machine.kv.leases().count());
    }

    @Test
    void revokingALeaseWithoutKeysMakesNoRevision() {
        machine.apply(new Command.LeaseGrant(7, 10));
        assertEquals(leased(7, 0, 1), machine.apply(new Command.LeaseRevoke(7)));
        assertEquals(1, machine.kv.revision());
    }

    @Test
    void aKeyHangsOnTheLeaseOfItsLastPut() {
        machine.apply(new Command.LeaseGrant(7, 10));
        machine.apply(new Command.LeaseGrant(8, 10));
        machine.put("k", "v", 7);
        machine.put("k", "v", 8);
        assertEquals(List.of(), machine.kv.leases().keys(7));
        assertEquals(List.of(utf8("k")), machine.kv.leases().keys(8));
        machine.put("k", "v");
        assertEquals(List.of(), machine.kv.leases().keys(8));
        machine.put("k", "v", 8);
        machine.delete("k");
        assertEquals(List.of(), machine.kv.leases().keys(8));
        machine.apply(new Command.LeaseRevoke(8));
        assertNull(machine.get("k"));
        assertEquals(6, machine.kv.revision());
    }
}
