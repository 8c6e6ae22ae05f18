package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.at;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.error;
import static org.pdtoolkit.kv.machine.Machine.from;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.Compare.Relation;
import org.pdtoolkit.kv.Compare.Target;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.storage.Batch;

/** etcd.md section 5. */
class TxnTest {
    private final Machine machine = new Machine();

    /** Revision 4: a created at 2, changed at 3, with a lease; b created at 4. */
    @BeforeEach
    void fill() {
        machine.apply(new Command.LeaseGrant(7, 100));
        machine.put("a", "m");
        machine.put("a", "n", 7);
        machine.put("b", "x");
    }

    private static Op.Txn then(Op... ops) {
        return new Op.Txn(List.of(), List.of(ops), List.of());
    }

    private boolean holds(Compare compare) {
        OpResult.Txn read = machine.kv.read(new Op.Txn(List.of(compare), List.of(), List.of()));
        OpResult.Txn written = machine.txn(new Op.Txn(List.of(compare), List.of(), List.of()));
        assertEquals(read, written);
        return read.succeeded();
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            KEY | TARGET  | NUMBER | EQUAL | GREATER | LESS  | NOT_EQUAL
            a   | VERSION | 1      | false | true    | false | true
            a   | VERSION | 2      | true  | false   | false | false
            a   | VERSION | 3      | false | false   | true  | true
            a   | CREATE  | 2      | true  | false   | false | false
            a   | MOD     | 3      | true  | false   | false | false
            a   | MOD     | -1     | false | true    | false | true
            a   | LEASE   | 7      | true  | false   | false | false
            b   | LEASE   | 0      | true  | false   | false | false
            # a missing key counts as 0 …
            z   | VERSION | 0      | true  | false   | false | false
            z   | CREATE  | 0      | true  | false   | false | false
            z   | MOD     | 1      | false | false   | true  | true
            z   | LEASE   | -1     | false | true    | false | true
            """)
    void numbersCompare(
            String key,
            Target target,
            long number,
            boolean equal,
            boolean greater,
            boolean less,
            boolean notEqual) {
        boolean[] expected = {equal, greater, less, notEqual};
        for (Relation relation : Relation.values()) {
            Compare compare =
                    new Compare(KeyRange.single(utf8(key)), target, relation, number, Bytes.EMPTY);
            assertEquals(expected[relation.ordinal()], holds(compare), relation.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            KEY | VALUE | EQUAL | GREATER | LESS  | NOT_EQUAL
            a   | m     | false | true    | false | true
            a   | n     | true  | false   | false | false
            a   | na    | false | false   | true  | true
            a   | ''    | false | true    | false | true
            # … and has no value that could compare in any way
            z   | ''    | false | false   | false | false
            z   | v     | false | false   | false | false
            """)
    void valuesCompare(
            String key,
            String value,
            boolean equal,
            boolean greater,
            boolean less,
            boolean notEqual) {
        boolean[] expected = {equal, greater, less, notEqual};
        for (Relation relation : Relation.values()) {
            Compare compare =
                    new Compare(KeyRange.single(utf8(key)), Target.VALUE, relation, 0, utf8(value));
            assertEquals(expected[relation.ordinal()], holds(compare), relation.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            FROM | END | TARGET  | RELATION  | NUMBER | HOLDS
            a    | c   | VERSION | GREATER   | 0      | true
            a    | c   | VERSION | EQUAL     | 2      | false
            a    | c   | CREATE  | LESS      | 5      | true
            a    | b   | MOD     | EQUAL     | 3      | true
            # an empty range is like a missing key
            x    | z   | VERSION | EQUAL     | 0      | true
            x    | z   | VERSION | GREATER   | 0      | false
            c    | a   | CREATE  | EQUAL     | 0      | true
            x    | z   | VALUE   | NOT_EQUAL | 0      | false
            a    | c   | VALUE   | NOT_EQUAL | 0      | true
            """)
    void overARangeAComparisonMustHoldForEveryKey(
            String from, String end, Target target, Relation relation, long number, boolean holds) {
        assertEquals(
                holds, holds(new Compare(from(from, end), target, relation, number, utf8("q"))));
    }

    @Test
    void deletedKeysAreMissing() {
        machine.delete("a");
        assertEquals(true, holds(Compare.absent(utf8("a"))));
        assertEquals(false, holds(Compare.valueEquals(utf8("a"), utf8("n"))));
    }

    @Test
    void allComparesMustHold() {
        Compare yes = Compare.createRevision(utf8("a"), 2);
        Compare no = Compare.absent(utf8("a"));
        Op.Put one = Op.Put.of(utf8("r"), utf8("then"));
        Op.Put other = Op.Put.of(utf8("r"), utf8("else"));
        machine.txn(new Op.Txn(List.of(yes, yes), List.of(one), List.of(other)));
        assertEquals(utf8("then"), machine.get("r").value());
        OpResult.Txn answer =
                machine.txn(new Op.Txn(List.of(yes, no), List.of(one), List.of(other)));
        assertEquals(false, answer.succeeded());
        assertEquals(utf8("else"), machine.get("r").value());
    }

    @Test
    void itsWritesAreOneRevisionAndItsReadsSeeTheWritesBefore() {
        OpResult.Txn answer =
                machine.txn(
                        then(
                                Op.Range.of(utf8("n")),
                                Op.Delete.of(utf8("none")),
                                Op.Put.of(utf8("n"), utf8("1")),
                                Op.Range.of(utf8("n")),
                                at(KeyRange.single(utf8("n")), 4),
                                new Op.Delete(from("a", "c"), false),
                                Op.Range.of(all()),
                                Op.Delete.of(utf8("none"))));
        KeyValue pair = new KeyValue(utf8("n"), utf8("1"), 5, 5, 1, 0);
        assertEquals(
                new OpResult.Txn(
                        5,
                        true,
                        List.of(
                                new OpResult.Range(4, List.of(), 0, false),
                                new OpResult.Delete(4, 0, List.of()),
                                new OpResult.Put(5, null),
                                new OpResult.Range(5, List.of(pair), 1, false),
                                new OpResult.Range(5, List.of(), 0, false),
                                new OpResult.Delete(5, 2, List.of()),
                                new OpResult.Range(5, List.of(pair), 1, false),
                                new OpResult.Delete(5, 0, List.of()))),
                answer);
        assertEquals(5, machine.kv.revision());
        assertEquals(List.of(), machine.kv.leases().keys(7));
    }

    @Test
    void anEmptyTransactionSucceedsWithoutARevision() {
        OpResult.Txn expected = new OpResult.Txn(4, true, List.of());
        assertEquals(expected, machine.txn(then()));
        assertEquals(expected, machine.kv.read(then()));
    }

    @Test
    void theWholePathIsDecidedBeforeAnythingRuns() {
        Op.Txn inner =
                new Op.Txn(
                        List.of(Compare.absent(utf8("n"))),
                        List.of(Op.Put.of(utf8("seen"), utf8("absent"))),
                        List.of(Op.Put.of(utf8("seen"), utf8("present"))));
        OpResult.Txn answer = machine.txn(then(Op.Put.of(utf8("n"), utf8("1")), then(inner)));
        OpResult.Put put = new OpResult.Put(5, null);
        assertEquals(
                new OpResult.Txn(
                        5,
                        true,
                        List.of(
                                put,
                                new OpResult.Txn(
                                        5,
                                        true,
                                        List.of(new OpResult.Txn(5, true, List.of(put)))))),
                answer);
        assertEquals(utf8("absent"), machine.get("seen").value());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
            REVISION | VERDICT
            0        | -
            2        | COMPACTED
            3        | -
            4        | -
            5        | FUTURE_REVISION
            # unlike in a range of its own
            -1       | COMPACTED
            """)
    void rangesNeedAReadableRevision(long revision, KvError verdict) {
        machine.compact(3);
        machine.sweep();
        List<Batch.Write> before = dump(machine.store);
        Op.Range range = at(all(), revision);
        // Also where the transaction is about to make that revision.
        Op.Txn txn = then(Op.Put.of(utf8("n"), utf8("1")), then(range));
        if (verdict == null) {
            assertEquals(5, machine.txn(txn).revision());
            assertEquals(5, machine.kv.read(then(range)).revision());
        } else {
            assertEquals(verdict, machine.refusal(txn));
            assertEquals(verdict, error(() -> machine.kv.read(then(range))));
            assertEquals(before, dump(machine.store));
        }
    }

    @Test
    void aBadPutRefusesTheWholeTransaction() {
        Op good = Op.Put.of(utf8("n"), utf8("1"));
        Op lease = Op.Put.of(utf8("m"), utf8("1"), 99);
        Op missing = new Op.Put(utf8("m"), Bytes.EMPTY, 99, false, true, false);
        assertEquals(KvError.LEASE_NOT_FOUND, machine.refusal(then(good, lease)));
        // In a transaction the key is looked up before the lease.
        assertEquals(KvError.KEY_NOT_FOUND, machine.refusal(then(good, then(missing))));
        assertNull(machine.get("n"));
        assertEquals(4, machine.kv.revision());
    }

    @Test
    void onlyTheChosenBranchIsChecked() {
        Op bad = Op.Put.of(utf8("m"), utf8("1"), 99);
        Compare no = Compare.absent(utf8("a"));
        Op.Txn txn = new Op.Txn(List.of(no), List.of(bad), List.of(Op.Delete.of(utf8("b"))));
        assertEquals(5, machine.txn(txn).revision());
    }

    @Test
    void aKeyIgnoredInAPutMayNotBeMadeByTheSameTransaction() {
        Op.Put keep = new Op.Put(utf8("n"), Bytes.EMPTY, 0, false, true, false);
        assertEquals(
                KvError.KEY_NOT_FOUND,
                machine.refusal(then(Op.Put.of(utf8("m"), utf8("1")), keep)));
    }

    @Test
    void onlyReadOnlyTransactionsAreReadLocally() {
        assertThrows(
                IllegalArgumentException.class,
                () -> machine.kv.read(then(Op.Delete.of(utf8("a")))));
        OpResult.Txn read = machine.kv.read(then(Op.Range.of(utf8("b"))));
        assertEquals(utf8("x"), ((OpResult.Range) read.responses().get(0)).first().value());
    }
}
