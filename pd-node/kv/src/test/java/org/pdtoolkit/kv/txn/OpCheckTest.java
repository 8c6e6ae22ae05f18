package org.pdtoolkit.kv.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;

class OpCheckTest {
    private static final int OPS_MAX = 128;

    private static KvError verdict(Op op) {
        return verdict(op, OPS_MAX);
    }

    private static KvError verdict(Op op, int opsMax) {
        try {
            OpCheck.check(op, opsMax);
            return null;
        } catch (KvException e) {
            return e.error();
        }
    }

    private static Op.Txn then(Op... ops) {
        return new Op.Txn(List.of(), List.of(ops), List.of());
    }

    private static Op.Txn orElse(Op... ops) {
        return new Op.Txn(List.of(), List.of(), List.of(ops));
    }

    private static Op.Put put(String key) {
        return Op.Put.of(Bytes.utf8(key), Bytes.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            KEY | VALUE | LEASE | IGNORE_VALUE | IGNORE_LEASE | VERDICT
            k   | v     | 7     | false        | false        | -
            k   | ''    | 0     | true         | true         | -
            k   | v     | 0     | false        | true         | -
            k   | v     | 0     | true         | false        | VALUE_PROVIDED
            k   | ''    | 7     | false        | true         | LEASE_PROVIDED
            k   | v     | 7     | true         | true         | VALUE_PROVIDED
            ''  | v     | 7     | true         | true         | KEY_EMPTY
            """)
    void aPutIsChecked(
            String key,
            String value,
            long lease,
            boolean ignoreValue,
            boolean ignoreLease,
            KvError verdict) {
        Op.Put put =
                new Op.Put(
                        Bytes.utf8(key), Bytes.utf8(value), lease, false, ignoreValue, ignoreLease);
        assertEquals(verdict, verdict(put));
        assertEquals(verdict, verdict(then(put)));
        assertEquals(verdict, verdict(orElse(then(put))));
    }

    @Test
    void everyKeyMustBeThere() {
        assertEquals(KvError.KEY_EMPTY, verdict(Op.Range.of(Bytes.EMPTY)));
        assertEquals(KvError.KEY_EMPTY, verdict(Op.Delete.of(Bytes.EMPTY)));
        assertEquals(KvError.KEY_EMPTY, verdict(then(Op.Range.of(Bytes.EMPTY))));
        assertEquals(
                KvError.KEY_EMPTY,
                verdict(Op.Txn.when(List.of(Compare.absent(Bytes.EMPTY)), List.of())));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            COMPARES | SUCCESS | FAILURE | VERDICT
            128      | 128     | 128     | -
            129      | 0       | 0       | TOO_MANY_OPS
            0        | 129     | 0       | TOO_MANY_OPS
            0        | 0       | 129     | TOO_MANY_OPS
            """)
    void eachListOfATransactionIsBounded(int compares, int success, int failure, KvError verdict) {
        Bytes key = Bytes.utf8("k");
        Op.Txn txn =
                new Op.Txn(
                        Collections.nCopies(compares, Compare.absent(key)),
                        Collections.nCopies(success, Op.Range.of(key)),
                        Collections.nCopies(failure, Op.Range.of(key)));
        assertEquals(verdict, verdict(txn));
    }

    @Test
    void anInnerTransactionGetsWhatTheLongestListOfItsParentLeaves() {
        Op range = Op.Range.of(Bytes.utf8("k"));
        for (int inner : new int[] {28, 29}) {
            List<Op> outer = new ArrayList<>(Collections.nCopies(99, range));
            outer.add(then(Collections.nCopies(inner, range).toArray(new Op[0])));
            assertEquals(
                    inner == 28 ? null : KvError.TOO_MANY_OPS,
                    verdict(new Op.Txn(List.of(), outer, List.of())));
        }
    }

    @ParameterizedTest
    @CsvSource({"128, 128,", "129, 128, TOO_MANY_OPS", "256, 1000,", "257, 1000, TOO_MANY_OPS"})
    void nestingIsBounded(int levels, int opsMax, KvError verdict) {
        Op op = Op.Range.of(Bytes.utf8("k"));
        for (int i = 0; i < levels; i++) {
            op = then(op);
        }
        assertEquals(verdict, verdict(op, opsMax));
    }

    /**
     * Words: a put of that key, {@code -k} a delete, {@code -k..m} a delete of a range, {@code
     * (then / else)} an inner transaction.
     */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            BRANCH                    | OK
            a b                       | true
            a a                       | false
            -a -a                     | true
            -a..c -b..d               | true
            a -a                      | false
            -a a                      | false
            b -a..c                   | false
            c -a..c                   | true
            b -a..*                   | false
            a -b..*                   | true
            a -c..a                   | true
            a ( a / )                 | false
            ( a / ) a                 | false
            ( / a ) a                 | false
            ( a / a )                 | true
            ( a / b ) ( c / d )       | true
            ( a / b ) ( b / c )       | false
            a ( -a / )                | false
            ( / -a ) a                | false
            -a ( a / )                | false
            -a ( / a )                | false
            -a ( / ( b / ( a / ) ) )  | false
            ( a -a / )                | false
            ( a / -a )                | true
            ( -a / ) ( a / )          | false
            # as in etcd, where an inner put meets the deletes before it only
            ( a / ) ( -a / )          | true
            ( ( a / ) / ( a / ) ) b   | true
            ( ( a / ) / ( b / ) ) b   | false
            """)
    void noKeyIsWrittenTwiceInABranch(String branch, boolean ok) {
        List<String> words = new ArrayList<>(List.of(branch.split(" +")));
        Op[] ops = parse(words).toArray(new Op[0]);
        KvError expected = ok ? null : KvError.DUPLICATE_KEY;
        assertEquals(expected, verdict(then(ops)));
        assertEquals(expected, verdict(orElse(ops)));
    }

    private static List<Op> parse(List<String> words) {
        List<Op> ops = new ArrayList<>();
        while (!words.isEmpty() && !words.get(0).equals("/") && !words.get(0).equals(")")) {
            String word = words.remove(0);
            if (word.equals("(")) {
                List<Op> success = parse(words);
                words.remove(0);
                ops.add(new Op.Txn(List.of(), success, parse(words)));
                words.remove(0);
            } else if (word.startsWith("-")) {
                String[] ends = word.substring(1).split("\\.\\.");
                Bytes end = ends.length == 1 ? Bytes.EMPTY : Bytes.utf8(ends[1]);
                KeyRange range =
                        new KeyRange(
                                Bytes.utf8(ends[0]),
                                end.equals(Bytes.utf8("*")) ? KeyRange.OPEN_END : end);
                ops.add(new Op.Delete(range, false));
            } else {
                ops.add(put(word));
            }
        }
        return ops;
    }

    @Test
    void theTwoBranchesMayWriteTheSameKeys() {
        assertEquals(null, verdict(new Op.Txn(List.of(), List.of(put("a")), List.of(put("a")))));
    }

    /** A request of the largest size must not keep a thread busy by its shape. */
    @Test
    void aWideAndDeepTransactionIsCheckedInReasonableTime() {
        List<Op> outer = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            List<Op> inner = new ArrayList<>();
            for (int j = 0; j < 60; j++) {
                String key = String.format("%02d%02d", i, j);
                inner.add(then(put(key), Op.Delete.of(Bytes.utf8("d" + key)), put("p" + key)));
            }
            outer.add(new Op.Txn(List.of(), inner, List.of()));
        }
        assertTimeout(
                Duration.ofSeconds(2),
                () -> OpCheck.check(new Op.Txn(List.of(), outer, List.of()), OPS_MAX));
    }

    @Test
    void onlyRangesMakeATransactionReadOnly() {
        Op range = Op.Range.of(Bytes.utf8("k"));
        Op local = Op.Range.of(Bytes.utf8("k")).asSerializable();
        assertEquals(true, OpCheck.readOnly(then()));
        assertEquals(true, OpCheck.readOnly(then(range)));
        assertEquals(false, OpCheck.readOnly(then(then(range))));
        assertEquals(false, OpCheck.readOnly(orElse(put("k"))));
        assertEquals(true, OpCheck.serializable(then()));
        assertEquals(true, OpCheck.serializable(then(local)));
        assertEquals(false, OpCheck.serializable(orElse(local, range)));
        assertThrows(IllegalArgumentException.class, () -> Executor.read(null, then(put("k"))));
    }
}
