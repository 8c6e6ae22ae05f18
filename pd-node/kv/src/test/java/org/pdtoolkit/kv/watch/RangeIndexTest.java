package org.pdtoolkit.kv.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.WatchRequest;

class RangeIndexTest {
    private static Watcher watcher(KeyRange range) {
        return new Watcher(null, 0, new WatchRequest(range, 0, false), null);
    }

    private static Bytes key(int number) {
        return Bytes.utf8(String.format("%06d", number));
    }

    @Test
    void findsExactlyTheRangesThatHoldAKey() {
        Random random = new Random(3);
        RangeIndex index = new RangeIndex();
        List<Watcher> model = new ArrayList<>();
        for (int step = 0; step < 3000; step++) {
            if (model.isEmpty() || random.nextInt(5) < (step < 1500 ? 4 : 1)) {
                int from = random.nextInt(200);
                // Open, narrow and wide, empty and inverted ones; often the same one again.
                KeyRange range =
                        random.nextInt(10) == 0
                                ? new KeyRange(key(from), KeyRange.OPEN_END)
                                : new KeyRange(key(from), key(from + random.nextInt(60) - 5));
                Watcher watcher = watcher(range);
                index.add(watcher);
                model.add(watcher);
            } else {
                Watcher gone = model.remove(random.nextInt(model.size()));
                index.remove(gone);
                index.remove(gone);
            }
            assertEquals(model.size(), index.size());
            Bytes key = key(random.nextInt(260));
            List<Watcher> found = new ArrayList<>();
            index.match(key, found::add);
            Set<Watcher> expected = new HashSet<>();
            for (Watcher watcher : model) {
                if (watcher.request.range().contains(key)) {
                    expected.add(watcher);
                }
            }
            assertEquals(expected.size(), found.size());
            assertEquals(expected, new HashSet<>(found));
        }
        List<Watcher> all = new ArrayList<>();
        index.addAllTo(all);
        assertEquals(new HashSet<>(model), new HashSet<>(all));
        assertEquals(model.size(), all.size());
    }

    @Test
    void manyRangesInOrderDoNotMakeItDeep() {
        RangeIndex index = new RangeIndex();
        for (int i = 0; i < 100_000; i++) {
            index.add(watcher(new KeyRange(key(i), key(i + 1))));
        }
        assertTrue(index.depth() < 80, () -> "depth " + index.depth());
        List<Watcher> found = new ArrayList<>();
        index.match(key(77_777), found::add);
        assertEquals(1, found.size());
    }
}
