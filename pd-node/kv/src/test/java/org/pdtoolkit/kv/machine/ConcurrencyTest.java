package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.at;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * Readers and watchers on threads of their own beside the apply thread, which also compacts and
 * installs snapshots. At every revision all keys hold the same value, the number of that revision;
 * one key comes and goes with it.
 */
class ConcurrencyTest {
    private static final int KEYS = 5;
    private static final long REVISIONS = 4000;

    private final Machine machine = new Machine(new KvLimits(2, 128, 10));
    private final AtomicBoolean over = new AtomicBoolean();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** What a listener, which must not throw, found wrong. */
    private final AtomicReference<String> broken = new AtomicReference<>();

    @BeforeEach
    void deliverOnAThreadOfItsOwn() {
        machine.kv.watches().onWork(() -> {});
    }

    @AfterEach
    void stop() throws InterruptedException {
        over.set(true);
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
    }

    private static void write(Machine target) {
        long revision = target.kv.revision() + 1;
        Bytes value = utf8("r" + revision);
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            ops.add(Op.Put.of(utf8("k" + i), value));
        }
        ops.add(revision % 2 == 0 ? Op.Put.of(utf8("odd"), value) : Op.Delete.of(utf8("odd")));
        assertEquals(revision, target.txn(new Op.Txn(List.of(), ops, List.of())).revision());
    }

    private Long read(long seed) {
        Random random = new Random(seed);
        long reads = 0;
        while (!over.get()) {
            long compacted = machine.kv.compactRevision();
            long current = machine.kv.revision();
            long oldest = Math.max(2, compacted);
            // Mostly near the mark, where compaction is at work.
            long revision =
                    random.nextInt(3) == 0 ? 0 : Math.min(current, oldest + random.nextInt(4));
            OpResult.Range answer;
            try {
                answer = machine.range(at(all(), revision));
            } catch (KvException e) {
                assertEquals(KvError.COMPACTED, e.error());
                continue;
            }
            long seen = revision == 0 ? answer.revision() : revision;
            assertTrue(answer.revision() >= current);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                expected.add("k" + i + "=r" + seen);
            }
            if (seen % 2 == 0) {
                expected.add("odd=r" + seen);
            }
            List<String> found = new ArrayList<>();
            for (KeyValue pair : answer.pairs()) {
                found.add(pair.key() + "=" + pair.value());
            }
            assertEquals(expected, found, "revision " + seen);
            reads++;
        }
        return reads;
    }

    /** Opens watches in the past and follows each until it is over or has run up to the present. */
    private Long watch(long seed) {
        Random random = new Random(seed);
        long followed = 0;
        while (!over.get()) {
            long start = Math.max(2, machine.kv.compactRevision() + random.nextInt(3) - 1);
            AtomicLong next = new AtomicLong(start);
            WatchListener listener =
                    new WatchListener() {
                        @Override
                        public void onEvents(long revision, List<Event> events) {
                            // The first put of "odd" comes with revision 2.
                            for (int i = 0; i < events.size(); i++) {
                                long expected = next.get() + i / (KEYS + 1);
                                long found = events.get(i).pair().modRevision();
                                check(expected == found, "gap or repetition");
                            }
                            check(events.size() % (KEYS + 1) == 0, "part of a revision");
                            next.addAndGet(events.size() / (KEYS + 1));
                        }

                        @Override
                        public void onCompacted(long compactRevision) {
                            check(compactRevision > next.get(), "compacted for no reason");
                            next.set(Long.MAX_VALUE);
                        }
                    };
            long target = machine.kv.revision();
            var watch = machine.kv.watch(new WatchRequest(all(), start, true), listener);
            while (!over.get() && next.get() < target + 50) {
                Thread.onSpinWait();
            }
            watch.cancel();
            followed++;
        }
        return followed;
    }

    /** Delivers events until the test is over, slower than they come now and then. */
    private Long deliver() {
        long steps = 0;
        while (!over.get()) {
            if (machine.kv.watches().work()) {
                steps++;
            }
        }
        return steps;
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            broken.compareAndSet(null, what);
        }
    }

    private List<Future<Long>> start(List<Callable<Long>> tasks) {
        List<Future<Long>> running = new ArrayList<>();
        for (Callable<Long> task : tasks) {
            running.add(threads.submit(task));
        }
        return running;
    }

    private void requireWorkDone(List<Future<Long>> running) throws Exception {
        for (Future<Long> each : running) {
            assertTrue(each.get(30, TimeUnit.SECONDS) > 0);
        }
        assertNull(broken.get());
    }

    @Test
    void readsAndWatchesAreConsistentBesideWritesAndCompaction() throws Exception {
        write(machine);
        List<Future<Long>> running =
                start(
                        List.of(
                                this::deliver,
                                () -> read(1),
                                () -> read(2),
                                () -> watch(3),
                                () -> watch(4)));
        Random random = new Random(5);
        while (machine.kv.revision() < REVISIONS) {
            write(machine);
            long mark = machine.kv.revision() - random.nextInt(3);
            if (mark > Math.max(1, machine.kv.compactRevision()) && random.nextInt(10) == 0) {
                machine.compact(mark);
            }
        }
        over.set(true);
        requireWorkDone(running);
    }

    @Test
    void readsAndWatchesAreConsistentBesideSnapshots() throws Exception {
        Machine leader = new Machine(new KvLimits(2, 128, 1000));
        write(leader);
        machine.kv.install(dump(leader.store).iterator(), leader.store.applied());
        List<Future<Long>> running =
                start(List.of(this::deliver, () -> read(1), () -> read(2), () -> watch(3)));
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < 10; i++) {
                write(leader);
            }
            leader.compact(leader.kv.revision() - round % 3);
            leader.sweep();
            machine.kv.install(dump(leader.store).iterator(), leader.store.applied());
        }
        over.set(true);
        requireWorkDone(running);
    }
}
