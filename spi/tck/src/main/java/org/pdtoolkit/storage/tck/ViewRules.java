package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.OrderedStore.View;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/** Rule ORD-01 with readers beside the owner. */
interface ViewRules extends KitSubject {
    int READERS = 3;
    int VIEWS_PER_READER = 100;
    int COMMITS_MIN = 400;
    int COMMITS_MAX = 20_000;

    /**
     * State {@code i} has exactly the keys below {@code i % 23}, each with the value {@code i}, so
     * one look tells whether a view is of one piece.
     */
    @Test
    default void ORD_01_readersBesideTheOwnerSeeWholeStates() throws Exception {
        AtomicInteger reading = new AtomicInteger(READERS);
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                long seed = i;
                readers.add(
                        threads.submit(
                                () -> {
                                    try {
                                        readViews(store, new Random(seed));
                                    } finally {
                                        reading.decrementAndGet();
                                    }
                                }));
            }
            long commits = 0;
            while (commits < COMMITS_MIN || reading.get() > 0 && commits < COMMITS_MAX) {
                commits++;
                commit(store, commits);
            }
            for (Future<?> reader : readers) {
                join(reader);
            }
            assertState(store, commits);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void join(Future<?> reader) throws InterruptedException {
        try {
            reader.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a reader failed: " + e.getCause(), e.getCause());
        }
    }

    private static void commit(OrderedStore store, long number) {
        List<Batch.Write> writes = new ArrayList<>();
        for (long key = 0; key < 23; key++) {
            boolean lives = key < number % 23;
            Bytes value = lives ? Bytes.ofLong(number) : null;
            writes.add(new Batch.Write(Space.META, KitData.key(key), value));
        }
        if (number % 50 == 0) {
            writes.removeIf(write -> write.value() == null);
            store.replace(writes.iterator(), KitData.applied(number, 1));
            return;
        }
        Batch batch = new Batch();
        for (Batch.Write write : writes) {
            if (write.value() == null) {
                batch.delete(write.space(), write.key());
            } else {
                batch.put(write.space(), write.key(), write.value());
            }
        }
        store.commit(batch, KitData.applied(number, 1));
        if (number % 17 == 0) {
            store.sync();
        }
    }

    private static void readViews(OrderedStore store, Random random) {
        long seen = 0;
        for (int i = 0; i < VIEWS_PER_READER; i++) {
            try (View view = store.view()) {
                long number = view.applied().index();
                assertTrue(number >= seen, number + " seen after " + seen);
                seen = number;
                for (int look = random.nextInt(3); look >= 0; look--) {
                    assertWhole(view, number);
                    Thread.yield();
                }
                assertEquals(number, view.applied().index());
            }
        }
    }

    private static void assertState(OrderedStore store, long number) {
        try (View view = store.view()) {
            assertEquals(number, view.applied().index());
            assertWhole(view, number);
        }
    }

    private static void assertWhole(View view, long number) {
        List<Pair> expected = new ArrayList<>();
        for (long key = 0; key < number % 23; key++) {
            expected.add(new Pair(KitData.key(key), Bytes.ofLong(number)));
        }
        assertEquals(expected, KitData.list(view.scan(Space.META, null, null)));
        for (Pair pair : expected) {
            assertEquals(pair.value(), view.get(Space.META, pair.key()));
        }
        Collections.reverse(expected);
        assertEquals(expected, KitData.list(view.scanBackward(Space.META, null, null)));
    }
}
