package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.at;
import static org.pdtoolkit.kv.machine.Machine.error;
import static org.pdtoolkit.kv.machine.Machine.from;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;

/** etcd.md section 4, Range. */
class RangeTest {
    private final Machine machine = new Machine();

    @BeforeEach
    void fill() {
        machine.apply(new Command.LeaseGrant(9, 100));
        // revision    2    3    4    5    6    7    8
        for (String put : List.of("c=4", "a=3", "b=2", "a=1", "d=5", "b=0")) {
            machine.put(put.substring(0, 1), put.substring(2));
        }
        machine.put("e", "1", 9);
    }

    private static String keys(OpResult.Range answer) {
        return answer.pairs().stream()
                .map(pair -> pair.key().toUtf8())
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            TARGET  | ORDER   | LIMIT | KEYS  | MORE
            KEY     | NONE    | 0     | abcde | false
            KEY     | NONE    | -1    | abcde | false
            KEY     | NONE    | 2     | ab    | true
            KEY     | NONE    | 5     | abcde | false
            KEY     | ASCEND  | 3     | abc   | true
            KEY     | DESCEND | 3     | edc   | true
            # equal elements keep key order, descending too
            VERSION | ASCEND  | 0     | cdeab | false
            VERSION | DESCEND | 0     | abcde | false
            VERSION | NONE    | 0     | cdeab | false
            CREATE  | ASCEND  | 0     | cabde | false
            CREATE  | DESCEND | 1     | e     | true
            MOD     | ASCEND  | 0     | cadbe | false
            MOD     | NONE    | 2     | ca    | true
            MOD     | DESCEND | 0     | ebdac | false
            VALUE   | NONE    | 0     | baecd | false
            VALUE   | DESCEND | 0     | dcaeb | false
            VALUE   | ASCEND  | 4     | baec  | true
            """)
    void sortsAndCuts(
            Op.SortTarget target, Op.SortOrder order, long limit, String keys, boolean more) {
        for (boolean keysOnly : new boolean[] {false, true}) {
            OpResult.Range answer =
                    machine.range(
                            new Op.Range(
                                    all(), 0, limit, target, order, keysOnly, false, 0, 0, 0, 0,
                                    false));
            assertEquals(keys, keys(answer));
            assertEquals(more, answer.more());
            assertEquals(5, answer.count());
            assertEquals(8, answer.revision());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            MIN_MOD | MAX_MOD | MIN_CREATE | MAX_CREATE | LIMIT | KEYS | MORE
            6       | 0       | 0          | 0          | 0     | bde  | false
            0       | 5       | 0          | 0          | 0     | ac   | false
            5       | 7       | 0          | 0          | 0     | abd  | false
            0       | 0       | 4          | 0          | 0     | bde  | false
            0       | 0       | 0          | 3          | 0     | ac   | false
            0       | 0       | 3          | 4          | 1     | a    | true
            7       | 0       | 0          | 4          | 0     | b    | false
            # more does not count what the filter took
            6       | 0       | 0          | 0          | 3     | bde  | false
            100     | 0       | 0          | 0          | 3     | ''   | false
            """)
    void filtersButCountsWithoutFilters(
            long minMod,
            long maxMod,
            long minCreate,
            long maxCreate,
            long limit,
            String keys,
            boolean more) {
        OpResult.Range answer =
                machine.range(
                        new Op.Range(
                                all(),
                                0,
                                limit,
                                Op.SortTarget.KEY,
                                Op.SortOrder.NONE,
                                false,
                                false,
                                minMod,
                                maxMod,
                                minCreate,
                                maxCreate,
                                false));
        assertEquals(keys, keys(answer));
        assertEquals(more, answer.more());
        assertEquals(5, answer.count());
    }

    @Test
    void rangesAreHalfOpenAndInvertedOnesEmpty() {
        assertEquals("bc", keys(machine.range(Op.Range.of(from("b", "d")))));
        assertEquals("", keys(machine.range(Op.Range.of(from("d", "b")))));
        assertEquals("", keys(machine.range(Op.Range.of(from("b", "b")))));
        assertEquals(0, machine.range(Op.Range.of(from("d", "b"))).count());
        assertEquals("cde", keys(machine.range(at(new KeyRange(utf8("c"), KeyRange.OPEN_END), 0))));
        assertEquals("b", keys(machine.range(Op.Range.of(utf8("b")))));
        assertEquals("", keys(machine.range(Op.Range.of(utf8("bb")))));
    }

    @Test
    void orderIsBytewiseAndUnsigned() {
        Bytes high = Bytes.wrap(new byte[] {(byte) 0xff});
        machine.write(Op.Put.of(high, Bytes.EMPTY));
        machine.write(Op.Put.of(utf8("a\0"), Bytes.EMPTY));
        List<KeyValue> pairs = machine.range(Op.Range.of(all())).pairs();
        assertEquals(high, pairs.get(pairs.size() - 1).key());
        assertEquals(utf8("a\0"), pairs.get(1).key());
    }

    @Test
    void countOnlyIgnoresLimitAndFilters() {
        OpResult.Range answer =
                machine.range(
                        new Op.Range(
                                all(),
                                4,
                                1,
                                Op.SortTarget.VALUE,
                                Op.SortOrder.DESCEND,
                                false,
                                true,
                                100,
                                0,
                                0,
                                0,
                                false));
        assertEquals(new OpResult.Range(8, List.of(), 3, false), answer);
    }

    @Test
    void keysOnlyHasNoValuesAndNoLeaseUnlessSortedByValue() {
        Op.Range plain = Op.Range.of(utf8("e"));
        for (Op.SortTarget target : Op.SortTarget.values()) {
            KeyValue pair =
                    machine.range(
                                    new Op.Range(
                                            plain.range(),
                                            0,
                                            0,
                                            target,
                                            Op.SortOrder.NONE,
                                            true,
                                            false,
                                            0,
                                            0,
                                            0,
                                            0,
                                            false))
                            .first();
            long lease = target == Op.SortTarget.VALUE ? 9 : 0;
            assertEquals(new KeyValue(utf8("e"), Bytes.EMPTY, 8, 8, 1, lease), pair);
        }
        assertEquals(9, machine.range(plain).first().lease());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            REVISION | PAIRS
            0        | a=1 b=0 c=4 d=5 e=1
            -5       | a=1 b=0 c=4 d=5 e=1
            1        | ''
            2        | c=4
            4        | a=3 b=2 c=4
            5        | a=1 b=2 c=4
            8        | a=1 b=0 c=4 d=5 e=1
            """)
    void anyKeptRevisionCanBeRead(long revision, String pairs) {
        OpResult.Range answer = machine.range(at(all(), revision));
        assertEquals(
                pairs,
                answer.pairs().stream()
                        .map(pair -> pair.key().toUtf8() + "=" + pair.value().toUtf8())
                        .collect(Collectors.joining(" ")));
        assertEquals(answer.pairs().size(), answer.count());
        assertEquals(8, answer.revision());
    }

    @Test
    void revisionsOutsideTheHistoryAreRefused() {
        assertEquals(KvError.FUTURE_REVISION, error(() -> machine.range(at(all(), 9))));
        machine.compact(5);
        assertEquals(KvError.COMPACTED, error(() -> machine.range(at(all(), 4))));
        assertEquals("abc", keys(machine.range(at(all(), 5))));
        // Like the newest, and not like something compacted.
        assertEquals("abcde", keys(machine.range(at(all(), -1))));
    }
}
