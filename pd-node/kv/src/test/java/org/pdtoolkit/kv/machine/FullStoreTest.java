package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.from;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.ForwardingOrderedStore;

/** A commit that fails has changed nothing, and the command can be applied again. */
class FullStoreTest {
    private static final class OftenFullStore extends ForwardingOrderedStore {
        private boolean full;

        OftenFullStore(OrderedStore store) {
            super(store);
        }

        @Override
        public void commit(Batch batch, AppliedState applied) {
            full = !full;
            if (full) {
                throw new StorageException.Full("no room", null);
            }
            super.commit(batch, applied);
        }
    }

    private final Machine expected = new Machine();
    private final Machine disk = new Machine();
    private final KvMachine kv = new KvMachine(new OftenFullStore(disk.store));
    private final List<Long> events = new ArrayList<>();

    private void applyTwice(Command command) {
        AppliedState at = disk.nextIndex();
        OpResult.Range before = kv.range(Op.Range.of(all()));
        List<Long> leases = kv.leases().ids();
        List<Long> told = new ArrayList<>(events);
        assertThrows(StorageException.Full.class, () -> kv.apply(at, command));
        assertEquals(before, kv.range(Op.Range.of(all())));
        assertEquals(leases, kv.leases().ids());
        assertEquals(told, events);
        assertEquals(expected.apply(command), kv.apply(at, command));
        assertEquals(expected.range(Op.Range.of(all())), kv.range(Op.Range.of(all())));
        assertEquals(expected.kv.leases().keys(7), kv.leases().keys(7));
        assertEquals(expected.kv.compactRevision(), kv.compactRevision());
        assertEquals(dump(expected.store), dump(disk.store));
    }

    @Test
    void nothingChangesUntilTheCommitIsThrough() {
        Machine.deliverAtOnce(kv);
        kv.watch(
                new WatchRequest(all(), 0, true),
                new WatchListener() {
                    @Override
                    public void onEvents(long revision, List<Event> batch) {
                        events.add(revision);
                    }

                    @Override
                    public void onCompacted(long compactRevision) {
                        events.add(-compactRevision);
                    }
                });
        applyTwice(new Command.LeaseGrant(7, 10));
        for (String key : List.of("a", "b", "a", "c")) {
            applyTwice(new Command.Write(Op.Put.of(utf8(key), Bytes.EMPTY, 7)));
        }
        applyTwice(new Command.Write(new Op.Delete(from("b", "c"), false)));
        applyTwice(new Command.Write(Op.Put.of(utf8("d"), Bytes.EMPTY)));
        applyTwice(new Command.Compact(7));
        // Each of these also deletes compacted records.
        applyTwice(new Command.Write(Op.Put.of(utf8("a"), utf8("1"))));
        applyTwice(new Command.LeaseRevoke(99));
        applyTwice(new Command.LeaseRevoke(7));
        assertEquals(List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), events);
    }
}
