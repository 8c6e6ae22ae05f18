package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.storage.AppliedState;

class KvMachineTest {
    private final MapStore store = new MapStore();
    private final KvMachine machine = new KvMachine(store);
    private long index;

    private Outcome apply(Command command) {
        return machine.apply(new AppliedState(++index, 1, Bytes.EMPTY), command);
    }

    private OpResult write(Op op) {
        return assertInstanceOf(Outcome.Done.class, apply(new Command.Write(op))).result();
    }

    @Test
    void aPutIsReadBackAndOutlivesARestart() {
        assertEquals(1, machine.revision());
        assertEquals(2, write(Op.Put.of(Bytes.utf8("a"), Bytes.utf8("1"))).revision());
        assertEquals(3, write(Op.Put.of(Bytes.utf8("a"), Bytes.utf8("2"))).revision());
        for (KvMachine each : List.of(machine, new KvMachine(store))) {
            OpResult.Range answer = each.range(Op.Range.of(Bytes.utf8("a")));
            assertEquals(Bytes.utf8("2"), answer.first().value());
            assertEquals(2, answer.first().createRevision());
            assertEquals(3, answer.first().modRevision());
            assertEquals(2, answer.first().version());
            assertEquals(3, each.revision());
        }
    }

    @Test
    void revokingALeaseDeletesItsKeys() {
        apply(new Command.LeaseGrant(7, 1));
        assertEquals(2, machine.leases().ttl(7));
        write(Op.Put.of(Bytes.utf8("a"), Bytes.utf8("1"), 7));
        assertEquals(List.of(Bytes.utf8("a")), machine.leases().keys(7));
        apply(new Command.LeaseRevoke(7));
        assertNull(machine.range(Op.Range.of(Bytes.utf8("a"))).first());
        assertEquals(
                new Outcome.Refused(KvError.LEASE_NOT_FOUND), apply(new Command.LeaseRevoke(7)));
        assertEquals(4, store.applied().index());
    }
}
