package org.pdtoolkit.kv.mvcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;

class KeyIndexTest {
    private static final KeyRange ALL = new KeyRange(KeyRange.OPEN_END, KeyRange.OPEN_END);

    private static Bytes key(int number) {
        return Bytes.utf8(String.format("%05d", number));
    }

    private static Version version(long revision, boolean live) {
        RevisionId id = new RevisionId(revision, 0);
        return live ? Version.put(id, revision, 1, 0, null) : Version.tombstone(id, null);
    }

    @Test
    void agreesWithASortedMapAndStaysBalanced() {
        Random random = new Random(1);
        TreeMap<Bytes, Version> model = new TreeMap<>();
        KeyIndex index = KeyIndex.EMPTY;
        for (int step = 0; step < 20_000; step++) {
            Bytes key = key(random.nextInt(2000));
            // Phases of growing and shrinking.
            if (random.nextInt(10) < (step / 5000 % 2 == 0 ? 8 : 2)) {
                Version version = version(step + 2, random.nextBoolean());
                index = index.with(key, version);
                model.put(key, version);
            } else {
                index = index.without(key);
                model.remove(key);
            }
            if (step % 500 == 0) {
                compare(model, index, random);
            }
        }
        compare(model, index, random);
        compare(model, KeyIndex.ofSorted(new ArrayList<>(model.entrySet())), random);
    }

    private static void compare(TreeMap<Bytes, Version> model, KeyIndex index, Random random) {
        index.verify();
        assertEquals(new ArrayList<>(model.entrySet()), entries(index, ALL));
        for (int i = 0; i < 20; i++) {
            Bytes from = key(random.nextInt(2100));
            Bytes until = key(random.nextInt(2100));
            assertSame(model.get(from), index.find(from));
            Map<Bytes, Version> inside =
                    from.compareTo(until) <= 0 ? model.subMap(from, until) : Map.of();
            compare(inside, index, new KeyRange(from, until));
            compare(model.tailMap(from), index, new KeyRange(from, KeyRange.OPEN_END));
            compare(model.subMap(from, true, from, true), index, KeyRange.single(from));
        }
    }

    private static void compare(Map<Bytes, Version> inside, KeyIndex index, KeyRange range) {
        assertEquals(new ArrayList<>(inside.entrySet()), entries(index, range));
        assertEquals(
                inside.values().stream().filter(Version::live).count(), index.liveCount(range));
    }

    private static List<Map.Entry<Bytes, Version>> entries(KeyIndex index, KeyRange range) {
        List<Map.Entry<Bytes, Version>> entries = new ArrayList<>();
        index.visit(range, (key, version) -> entries.add(Map.entry(key, version)));
        return entries;
    }

    @Test
    void aWalkStopsWhenToldTo() {
        KeyIndex index = KeyIndex.EMPTY;
        for (int i = 0; i < 100; i++) {
            index = index.with(key(i), version(i + 2, true));
        }
        List<Bytes> seen = new ArrayList<>();
        index.visit(
                ALL,
                (key, version) -> {
                    seen.add(key);
                    return seen.size() < 3;
                });
        assertEquals(List.of(key(0), key(1), key(2)), seen);
    }

    @Test
    void anOlderTreeIsLeftAsItWas() {
        KeyIndex before = KeyIndex.EMPTY.with(key(1), version(2, true));
        KeyIndex after = before.with(key(2), version(3, true)).without(key(1));
        assertEquals(
                List.of(key(1)), entries(before, ALL).stream().map(Map.Entry::getKey).toList());
        assertEquals(List.of(key(2)), entries(after, ALL).stream().map(Map.Entry::getKey).toList());
        assertTrue(after.without(key(9)).find(key(2)).live());
    }
}
