package org.pdtoolkit.kv.txn;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.mvcc.ReadView;
import org.pdtoolkit.kv.mvcc.Version;

/**
 * Which way a transaction goes: decided as a whole, inner transactions included, before any of it
 * runs.
 *
 * @param branch operations to run
 * @param inner paths of the transactions in {@code branch}, in order
 */
record TxnPath(boolean succeeded, List<Op> branch, List<TxnPath> inner) {

    static TxnPath decide(ReadView view, Op.Txn txn) {
        boolean succeeded = true;
        for (Compare compare : txn.compares()) {
            if (!holds(view, compare)) {
                succeeded = false;
                break;
            }
        }
        List<Op> branch = succeeded ? txn.success() : txn.failure();
        List<TxnPath> inner = new ArrayList<>();
        for (Op op : branch) {
            if (op instanceof Op.Txn innerTxn) {
                inner.add(decide(view, innerTxn));
            }
        }
        return new TxnPath(succeeded, branch, inner);
    }

    private static boolean holds(ReadView view, Compare compare) {
        KeyRange range = compare.range();
        boolean[] found = {false};
        boolean[] holds = {true};
        view.index()
                .visit(
                        range,
                        (key, newest) -> {
                            if (newest.live()) {
                                found[0] = true;
                                holds[0] = holds(view, compare, newest);
                            }
                            return holds[0];
                        });
        return found[0] ? holds[0] : holdsForMissing(compare);
    }

    private static boolean holds(ReadView view, Compare compare, Version version) {
        int order =
                switch (compare.target()) {
                    case VERSION -> Long.compare(version.version(), compare.number());
                    case CREATE -> Long.compare(version.createRevision(), compare.number());
                    case MOD -> Long.compare(version.revision(), compare.number());
                    case LEASE -> Long.compare(version.lease(), compare.number());
                    case VALUE -> view.value(version).compareTo(compare.value());
                };
        return holds(compare.relation(), order);
    }

    /** A missing key has all numbers 0, and no value that could compare in any way. */
    private static boolean holdsForMissing(Compare compare) {
        return compare.target() != Compare.Target.VALUE
                && holds(compare.relation(), Long.compare(0, compare.number()));
    }

    private static boolean holds(Compare.Relation relation, int order) {
        return switch (relation) {
            case EQUAL -> order == 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case NOT_EQUAL -> order != 0;
        };
    }
}
