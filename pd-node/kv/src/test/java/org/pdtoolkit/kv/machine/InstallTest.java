package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.at;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.ForwardingOrderedStore;

class InstallTest {
    private final Machine machine = new Machine();

    private static Machine leader() {
        Machine leader = new Machine();
        leader.apply(new Command.LeaseGrant(8, 20));
        for (int i = 0; i < 10; i++) {
            leader.put("k", "v" + i, 8);
        }
        leader.compact(9);
        leader.sweep();
        return leader;
    }

    @Test
    void everythingComesFromTheSnapshot() {
        machine.apply(new Command.LeaseGrant(7, 20));
        machine.put("old", "1", 7);
        Machine leader = leader();
        machine.kv.install(dump(leader.store).iterator(), leader.store.applied());
        assertEquals(11, machine.kv.revision());
        assertEquals(9, machine.kv.compactRevision());
        assertEquals(leader.range(Op.Range.of(all())), machine.range(Op.Range.of(all())));
        assertEquals(leader.kv.leases().ids(), machine.kv.leases().ids());
        assertEquals(leader.kv.leases().keys(8), machine.kv.leases().keys(8));
        assertEquals(leader.store.applied(), machine.store.applied());
    }

    @Test
    void reloadingReadsAStoreThatWasReplacedByOthers() {
        Machine leader = leader();
        machine.store.replace(dump(leader.store).iterator(), leader.store.applied());
        machine.kv.reload();
        assertEquals(leader.range(Op.Range.of(all())), machine.range(Op.Range.of(all())));
    }

    /** Stops a reader between its index and its values, and lets the store change there. */
    private static final class PausingStore extends ForwardingOrderedStore {
        private final CountDownLatch reading = new CountDownLatch(1);
        private final CountDownLatch replaced = new CountDownLatch(1);
        private volatile Thread reader;

        PausingStore(OrderedStore store) {
            super(store);
        }

        @Override
        public View view() {
            if (Thread.currentThread() == reader && reading.getCount() > 0) {
                reading.countDown();
                await(replaced);
            }
            return super.view();
        }

        @Override
        public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
            super.replace(writes, applied);
            replaced.countDown();
            // Not loaded yet: the reader now finds values missing, and must wait.
            while (reader.getState() != Thread.State.BLOCKED && reader.isAlive()) {
                Thread.onSpinWait();
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                assertEquals(true, latch.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    @Timeout(30)
    void aReaderInTheMiddleOfAnInstallationWaitsAndReadsAgain() throws Exception {
        machine.put("k", "old");
        PausingStore store = new PausingStore(machine.store);
        KvMachine kv = new KvMachine(store);
        CompletableFuture<Bytes> read = new CompletableFuture<>();
        store.reader =
                new Thread(
                        () -> {
                            try {
                                read.complete(kv.range(Op.Range.of(utf8("k"))).first().value());
                            } catch (RuntimeException e) {
                                read.completeExceptionally(e);
                            }
                        });
        store.reader.start();
        PausingStore.await(store.reading);
        Machine leader = leader();
        kv.install(dump(leader.store).iterator(), leader.store.applied());
        assertEquals(utf8("v9"), read.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aMissingRecordIsReportedAsDamage() {
        machine.put("k", "v");
        Bytes key =
                dump(machine.store).stream()
                        .filter(write -> write.space() == Space.HISTORY)
                        .map(Batch.Write::key)
                        .findFirst()
                        .orElseThrow();
        machine.store.commit(new Batch().delete(Space.HISTORY, key), machine.store.applied());
        assertThrows(
                StorageException.Corrupt.class,
                () -> machine.range(at(KeyRange.single(utf8("k")), 0)));
        assertThrows(
                StorageException.Corrupt.class,
                () -> machine.write(new Op.Put(utf8("k"), utf8("w"), 0, true, false, false)));
    }

    @Test
    void recordsThatCannotBeReadAreReportedAsDamage() {
        for (Batch.Write bad :
                new Batch.Write[] {
                    new Batch.Write(Space.HISTORY, utf8("short"), utf8("x")),
                    new Batch.Write(Space.HISTORY, utf8("twelve bytes"), utf8("x")),
                    new Batch.Write(Space.HISTORY, utf8("twelve bytes"), Bytes.EMPTY),
                    new Batch.Write(Space.META, utf8("kv/lease/"), utf8("x")),
                    new Batch.Write(Space.META, utf8("kv/lease/12345678"), utf8("x")),
                    new Batch.Write(Space.META, utf8("kv/compact"), utf8("x")),
                }) {
            Machine damaged = new Machine();
            damaged.put("k", "v");
            damaged.store.commit(
                    new Batch().put(bad.space(), bad.key(), bad.value()), damaged.store.applied());
            assertThrows(StorageException.Corrupt.class, damaged::restart, bad::toString);
        }
    }

    /** Calls somebody in the middle of a scan. */
    private static final class InterruptedStore extends ForwardingOrderedStore {
        private Runnable visitor;

        InterruptedStore(OrderedStore store) {
            super(store);
        }

        @Override
        public View view() {
            View view = super.view();
            return new View() {
                @Override
                public AppliedState applied() {
                    return view.applied();
                }

                @Override
                public Bytes get(Space space, Bytes key) {
                    return view.get(space, key);
                }

                @Override
                public Iterator<Pair> scan(Space space, Bytes from, Bytes until) {
                    Iterator<Pair> pairs = view.scan(space, from, until);
                    AtomicInteger left = new AtomicInteger(6);
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return pairs.hasNext();
                        }

                        @Override
                        public Pair next() {
                            if (visitor != null && left.decrementAndGet() == 0) {
                                Runnable comes = visitor;
                                visitor = null;
                                comes.run();
                            }
                            return pairs.next();
                        }
                    };
                }

                @Override
                public Iterator<Pair> scanBackward(Space space, Bytes from, Bytes until) {
                    return view.scanBackward(space, from, until);
                }

                @Override
                public void close() {
                    view.close();
                }
            };
        }
    }

    /** What it wants was left out of what is being read for the others. */
    @Test
    void aWatchThatComesWhileHistoryIsReadForOthersMissesNothing() {
        Machine leader = new Machine();
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            leader.put("a", "1");
            leader.put("b", "1");
            expected.add(leader.kv.revision());
        }
        InterruptedStore store = new InterruptedStore(machine.store);
        KvMachine kv = new KvMachine(store);
        kv.watches().onWork(() -> {});
        List<Long> others = new ArrayList<>();
        kv.watch(new WatchRequest(KeyRange.single(utf8("a")), 0, false), recorder(others));
        kv.install(dump(leader.store).iterator(), leader.store.applied());
        List<Long> seen = new ArrayList<>();
        store.visitor =
                () ->
                        kv.watch(
                                new WatchRequest(KeyRange.single(utf8("b")), 2, false),
                                recorder(seen));
        while (kv.watches().work()) {
            // the next step
        }
        assertEquals(10, others.size());
        assertEquals(expected, seen);
    }

    private static WatchListener recorder(List<Long> revisions) {
        return new WatchListener() {
            @Override
            public void onEvents(long revision, List<Event> events) {
                events.forEach(event -> revisions.add(event.pair().modRevision()));
            }

            @Override
            public void onCompacted(long compactRevision) {
                revisions.add(-compactRevision);
            }
        };
    }
}
