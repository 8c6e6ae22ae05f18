package org.pdtoolkit.kv.txn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;

/**
 * Checks of a request that need no state, made before it is proposed. Limits are local settings, so
 * none of this may be repeated when a command is applied: members would disagree.
 *
 * <p>Thread: any; no state.
 */
public final class OpCheck {
    /**
     * Deepest nesting of transactions, whatever the limit of operations; its default allows 129.
     */
    public static final int DEPTH_MAX = 256;

    private OpCheck() {}

    /**
     * Refuses a malformed request.
     *
     * @param txnOpsMax most entries of each list of a transaction; an inner one gets what its
     *     parent's longest list leaves over
     * @throws KvException KEY_EMPTY, VALUE_PROVIDED, LEASE_PROVIDED, TOO_MANY_OPS, DUPLICATE_KEY
     */
    public static void check(Op op, int txnOpsMax) {
        checkShape(op, txnOpsMax, 0);
        if (op instanceof Op.Txn txn) {
            new Branch(txn.success());
            new Branch(txn.failure());
        }
    }

    /** Whether {@code txn} holds ranges only, so that it need not be replicated. */
    public static boolean readOnly(Op.Txn txn) {
        return allRanges(txn.success()) && allRanges(txn.failure());
    }

    /** Whether a read-only {@code txn} may be answered from local state. */
    public static boolean serializable(Op.Txn txn) {
        return allSerializable(txn.success()) && allSerializable(txn.failure());
    }

    private static boolean allRanges(List<Op> ops) {
        return ops.stream().allMatch(op -> op instanceof Op.Range);
    }

    private static boolean allSerializable(List<Op> ops) {
        return ops.stream().allMatch(op -> op instanceof Op.Range range && range.serializable());
    }

    private static void checkShape(Op op, int txnOpsMax, int depth) {
        if (op instanceof Op.Range range) {
            requireKey(range.range().key());
        } else if (op instanceof Op.Put put) {
            requireKey(put.key());
            refuseIf(put.ignoreValue() && !put.value().isEmpty(), KvError.VALUE_PROVIDED);
            refuseIf(put.ignoreLease() && put.lease() != 0, KvError.LEASE_PROVIDED);
        } else if (op instanceof Op.Delete delete) {
            requireKey(delete.range().key());
        } else if (op instanceof Op.Txn txn) {
            int longest =
                    Math.max(
                            txn.compares().size(),
                            Math.max(txn.success().size(), txn.failure().size()));
            refuseIf(longest > txnOpsMax || depth == DEPTH_MAX, KvError.TOO_MANY_OPS);
            for (Compare compare : txn.compares()) {
                requireKey(compare.range().key());
            }
            txn.success().forEach(inner -> checkShape(inner, txnOpsMax - longest, depth + 1));
            txn.failure().forEach(inner -> checkShape(inner, txnOpsMax - longest, depth + 1));
        }
    }

    private static void requireKey(Bytes key) {
        refuseIf(key.isEmpty(), KvError.KEY_EMPTY);
    }

    private static void refuseIf(boolean bad, KvError error) {
        if (bad) {
            throw new KvException(error);
        }
    }

    /**
     * Keys that one branch writes. No key may be put twice, nor put and deleted, whichever comes
     * first; but the two branches of an inner transaction exclude each other. An inner put meets
     * the deletes of its own and the outer level and of inner transactions before its own (etcd
     * checkIntervals).
     */
    private static final class Branch {
        private Set<Bytes> puts = new HashSet<>();
        private RangeSet deletes = new RangeSet();

        Branch(List<Op> ops) {
            for (Op op : ops) {
                if (op instanceof Op.Delete delete) {
                    deletes.add(delete.range());
                }
            }
            for (Op op : ops) {
                if (op instanceof Op.Txn txn) {
                    addInner(new Branch(txn.success()), new Branch(txn.failure()));
                }
            }
            for (Op op : ops) {
                if (op instanceof Op.Put put) {
                    requireUnwritten(put.key());
                    puts.add(put.key());
                }
            }
        }

        private void addInner(Branch success, Branch failure) {
            success.puts.forEach(this::requireUnwritten);
            failure.puts.forEach(this::requireUnwritten);
            puts = union(puts, union(success.puts, failure.puts));
            deletes = union(deletes, union(success.deletes, failure.deletes));
        }

        private void requireUnwritten(Bytes key) {
            refuseIf(puts.contains(key) || deletes.contains(key), KvError.DUPLICATE_KEY);
        }

        // The smaller goes into the larger: deep nesting stays cheap.
        private static Set<Bytes> union(Set<Bytes> one, Set<Bytes> other) {
            Set<Bytes> larger = one.size() >= other.size() ? one : other;
            larger.addAll(larger == one ? other : one);
            return larger;
        }

        private static RangeSet union(RangeSet one, RangeSet other) {
            RangeSet larger = one.size() >= other.size() ? one : other;
            larger.addAll(larger == one ? other : one);
            return larger;
        }
    }
}
