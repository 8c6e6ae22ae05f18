package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.storage.tck.KitData.applied;
import static org.pdtoolkit.storage.tck.KitData.key;
import static org.pdtoolkit.storage.tck.KitData.list;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.OrderedStore.View;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/** Rules ORD of {@link OrderedStore} that need no crash. */
interface OrderedRules extends KitSubject {
    @Test
    default void ORD_01_viewDoesNotChange() {
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            try (View empty = store.view()) {
                store.commit(puts(Space.META, 0, 500), applied(1, 1));
                try (View first = store.view()) {
                    store.commit(deletes(Space.META, 0, 499), applied(2, 1));
                    store.replace(Collections.emptyIterator(), applied(3, 1));
                    assertEquals(List.of(), list(empty.scan(Space.META, null, null)));
                    assertEquals(AppliedState.NONE, empty.applied());
                    assertEquals(500, list(first.scan(Space.META, null, null)).size());
                    assertEquals(applied(1, 1), first.applied());
                    assertEquals(key(7), first.get(Space.META, key(7)));
                }
            }
            try (View now = store.view()) {
                assertNull(now.get(Space.META, key(499)));
            }
        }
    }

    private static Batch puts(Space space, long from, long until) {
        Batch batch = new Batch();
        LongStream.range(from, until).forEach(i -> batch.put(space, key(i), key(i)));
        return batch;
    }

    private static Batch deletes(Space space, long from, long until) {
        Batch batch = new Batch();
        LongStream.range(from, until).forEach(i -> batch.delete(space, key(i)));
        return batch;
    }

    @Test
    default void ORD_02_ORD_03_scansAgreeWithASortedMap() {
        Random random = new Random(20261121);
        TreeMap<Bytes, Bytes> expected = new TreeMap<>();
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            for (int round = 1; round <= 300; round++) {
                store.commit(randomBatch(random, expected, round), applied(round, 1));
                if (round % 10 == 0) {
                    assertScans(store, random, expected);
                }
            }
        }
        try (Storage storage = open()) {
            assertScans(storage.ordered(), random, expected);
            assertEquals(applied(300, 1), storage.ordered().applied());
        }
    }

    private static Batch randomBatch(Random random, TreeMap<Bytes, Bytes> expected, int round) {
        Batch batch = new Batch();
        boolean growing = round % 100 < 60;
        for (int i = random.nextInt(40); i > 0; i--) {
            Bytes key = Bytes.ofLong(random.nextInt(2000) * 7919L).concat(Bytes.utf8("x"));
            if (random.nextInt(100) < (growing ? 75 : 15)) {
                Bytes value = Bytes.utf8("value " + round + "/" + i);
                batch.put(Space.HISTORY, key, value);
                expected.put(key, value);
            } else {
                batch.delete(Space.HISTORY, key);
                expected.remove(key);
            }
        }
        return batch;
    }

    private static void assertScans(
            OrderedStore store, Random random, TreeMap<Bytes, Bytes> expected) {
        try (View view = store.view()) {
            for (int i = 0; i < 20; i++) {
                Bytes a = i == 0 ? null : bound(random, expected);
                Bytes b = i <= 1 ? null : bound(random, expected);
                List<Pair> pairs = new ArrayList<>();
                expected.forEach(
                        (key, value) -> {
                            if ((a == null || key.compareTo(a) >= 0)
                                    && (b == null || key.compareTo(b) < 0)) {
                                pairs.add(new Pair(key, value));
                            }
                        });
                assertEquals(pairs, list(view.scan(Space.HISTORY, a, b)));
                Collections.reverse(pairs);
                assertEquals(pairs, list(view.scanBackward(Space.HISTORY, a, b)));
            }
            expected.forEach((key, value) -> assertEquals(value, view.get(Space.HISTORY, key)));
            assertNull(view.get(Space.HISTORY, Bytes.utf8("nothing")));
        }
    }

    /** Between two keys, or a key itself. */
    private static Bytes bound(Random random, TreeMap<Bytes, Bytes> expected) {
        Bytes between = Bytes.ofLong(random.nextInt(2000) * 7919L);
        Bytes key = random.nextBoolean() ? expected.ceilingKey(between) : null;
        return key == null ? between : key;
    }

    @Test
    default void ORD_02_spacesAreSeparateAndKeysAreUnsigned() {
        Bytes low = Bytes.wrap(new byte[] {0x7f});
        Bytes high = Bytes.wrap(new byte[] {(byte) 0x80});
        try (Storage storage = open()) {
            Batch batch = new Batch();
            batch.put(Space.META, high, Bytes.EMPTY).put(Space.META, low, Bytes.utf8("m"));
            batch.put(Space.REGIONS, low, Bytes.utf8("r"));
            storage.ordered().commit(batch, applied(1, 1));
            try (View view = storage.ordered().view()) {
                assertEquals(
                        List.of(new Pair(low, Bytes.utf8("m")), new Pair(high, Bytes.EMPTY)),
                        list(view.scan(Space.META, null, null)));
                assertEquals(Bytes.utf8("r"), view.get(Space.REGIONS, low));
                assertNull(view.get(Space.HISTORY, low));
                assertEquals(List.of(), list(view.scan(Space.META, high, low)));
                assertEquals(List.of(), list(view.scanBackward(Space.META, high, low)));
            }
        }
    }

    @Test
    default void ORD_04_laterWriteToAKeyWins() {
        try (Storage storage = open()) {
            Batch batch = new Batch();
            batch.put(Space.META, key(1), key(1)).put(Space.META, key(1), key(2));
            batch.put(Space.META, key(2), key(2)).delete(Space.META, key(2));
            batch.delete(Space.META, key(3)).put(Space.META, key(3), key(3));
            storage.ordered().commit(batch, applied(1, 1));
        }
        try (Storage storage = open();
                View view = storage.ordered().view()) {
            assertEquals(
                    List.of(new Pair(key(1), key(2)), new Pair(key(3), key(3))),
                    list(view.scan(Space.META, null, null)));
        }
    }

    @Test
    default void ORD_05_indexNeverGoesBack() {
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            store.commit(puts(Space.META, 1, 2), applied(5, 2));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.commit(puts(Space.META, 2, 3), applied(4, 2)));
            assertEquals(applied(5, 2), store.applied());
            store.commit(puts(Space.REGIONS, 3, 4), applied(5, 2));
            try (View view = store.view()) {
                assertNull(view.get(Space.META, key(2)));
                assertEquals(key(3), view.get(Space.REGIONS, key(3)));
            }
        }
    }

    @Test
    default void ORD_06_syncMovesTheDurableIndex() {
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            assertEquals(0, store.durableIndex());
            store.commit(puts(Space.META, 1, 2), applied(5, 2));
            store.sync();
            assertEquals(5, store.durableIndex());
            store.commit(new Batch(), applied(6, 2));
            assertTrue(store.durableIndex() <= 6);
        }
        try (Storage storage = open()) {
            assertEquals(applied(6, 2), storage.ordered().applied());
            assertEquals(6, storage.ordered().durableIndex());
        }
    }

    @Test
    default void ORD_07_replaceKeepsRegionsOnly() {
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            store.commit(puts(Space.META, 0, 50), applied(1, 1));
            store.commit(puts(Space.HISTORY, 0, 50), applied(2, 1));
            store.commit(puts(Space.REGIONS, 0, 50), applied(3, 1));
            Batch content = puts(Space.META, 100, 103);
            content.put(Space.HISTORY, key(5), Bytes.utf8("new"));
            store.replace(content.writes().iterator(), applied(90, 4));
            assertEquals(90, store.durableIndex());
            assertReplaced(store);
            store.commit(new Batch(), applied(91, 4));
        }
        try (Storage storage = open()) {
            assertReplaced(storage.ordered());
        }
    }

    private static void assertReplaced(OrderedStore store) {
        try (View view = store.view()) {
            assertEquals(3, list(view.scan(Space.META, null, null)).size());
            assertEquals(
                    List.of(new Pair(key(5), Bytes.utf8("new"))),
                    list(view.scan(Space.HISTORY, null, null)));
            assertEquals(50, list(view.scan(Space.REGIONS, null, null)).size());
            assertTrue(view.applied().index() >= 90);
        }
    }

    @Test
    default void ORD_07_replaceTakesPutsIntoHistoryAndMetaOnly() {
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            store.commit(puts(Space.META, 0, 5), applied(1, 1));
            for (Batch wrong : List.of(deletes(Space.META, 0, 1), puts(Space.REGIONS, 0, 1))) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> store.replace(wrong.writes().iterator(), applied(2, 1)));
            }
            assertEquals(applied(1, 1), store.applied());
        }
    }

    @Test
    default void ORD_06_overwritesDoNotFillTheDisk() {
        try (Storage storage = open()) {
            for (int i = 1; i <= 3000; i++) {
                storage.ordered().commit(puts(Space.META, i % 20, i % 20 + 10), applied(i, 1));
            }
            storage.ordered().sync();
            long bytes = DirectorySize.of(directory());
            assertTrue(bytes < 200_000, "30 live pairs took " + bytes + " bytes");
            assertTrue(storage.ordered().usage().totalBytes() <= bytes);
        }
        try (Storage storage = open();
                View view = storage.ordered().view()) {
            assertEquals(29, list(view.scan(Space.META, null, null)).size());
        }
    }

    @Test
    default void ORD_08_reclaimingChangesNothingAndComesToAnEnd() {
        try (Storage storage = open()) {
            OrderedStore store = storage.ordered();
            for (int i = 1; i <= 200; i++) {
                store.commit(puts(Space.META, i % 20, i % 20 + 10), applied(i, 1));
            }
            try (View before = store.view()) {
                boolean more = true;
                for (int calls = 1; more; calls++) {
                    assertTrue(calls < 10_000, "no end");
                    more = store.reclaim(100);
                    if (calls == 2) {
                        store.commit(puts(Space.REGIONS, 0, 3), applied(201, 1));
                    }
                }
                assertEquals(29, list(before.scan(Space.META, null, null)).size());
            }
            assertReclaimed(store);
        }
        try (Storage storage = open()) {
            assertReclaimed(storage.ordered());
        }
    }

    private static void assertReclaimed(OrderedStore store) {
        try (View view = store.view()) {
            List<Pair> pairs = list(view.scan(Space.META, null, null));
            assertEquals(29, pairs.size());
            pairs.forEach(pair -> assertEquals(pair.key(), pair.value()));
            assertTrue(view.applied().index() >= 200);
        }
    }
}
