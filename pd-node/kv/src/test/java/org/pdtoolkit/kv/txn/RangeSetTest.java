package org.pdtoolkit.kv.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;

class RangeSetTest {
    @Test
    void holdsWhatAnyOfItsRangesHolds() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            List<KeyRange> ranges = new ArrayList<>();
            RangeSet set = new RangeSet();
            for (int i = random.nextInt(12); i >= 0; i--) {
                KeyRange range =
                        switch (random.nextInt(8)) {
                            case 0 -> new KeyRange(key(random), KeyRange.OPEN_END);
                            case 1, 2 -> KeyRange.single(key(random));
                            default -> new KeyRange(key(random), key(random));
                        };
                ranges.add(range);
                set.add(range);
                for (char first = 'a'; first <= 'l'; first++) {
                    for (String tail : List.of("", "\0", "a")) {
                        Bytes key = Bytes.utf8(first + tail);
                        boolean expected = ranges.stream().anyMatch(each -> each.contains(key));
                        assertEquals(expected, set.contains(key), () -> key + " in " + ranges);
                    }
                }
            }
        }
    }

    @Test
    void rangesThatTouchBecomeOne() {
        RangeSet set = new RangeSet();
        set.add(new KeyRange(Bytes.utf8("a"), Bytes.utf8("c")));
        set.add(new KeyRange(Bytes.utf8("e"), Bytes.utf8("g")));
        assertEquals(2, set.size());
        set.add(new KeyRange(Bytes.utf8("c"), Bytes.utf8("e")));
        assertEquals(1, set.size());
        assertTrue(set.contains(Bytes.utf8("d")));
    }

    private static Bytes key(Random random) {
        return Bytes.utf8(String.valueOf((char) ('a' + random.nextInt(12))));
    }
}
