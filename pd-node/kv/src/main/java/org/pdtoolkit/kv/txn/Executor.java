package org.pdtoolkit.kv.txn;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.mvcc.RangeReader;
import org.pdtoolkit.kv.mvcc.ReadView;
import org.pdtoolkit.kv.mvcc.Version;
import org.pdtoolkit.kv.mvcc.WriteTxn;

/**
 * Executes operations. A refusal leaves the transaction without any change: everything that can
 * fail is checked before the first write.
 *
 * <p>Thread: that of the transaction or view; no state.
 */
public final class Executor {
    private Executor() {}

    /**
     * Executes {@code op} within {@code txn}.
     *
     * @param leaseExists whether a lease of that id can take keys
     * @throws KvException KEY_NOT_FOUND, LEASE_NOT_FOUND, COMPACTED, FUTURE_REVISION
     */
    public static OpResult execute(WriteTxn txn, Op op, LongPredicate leaseExists) {
        if (op instanceof Op.Put put) {
            // Alone the lease is looked up first, in a transaction last; so does etcd.
            requireLease(put, leaseExists);
            requirePrevious(txn, put);
            return put(txn, put);
        }
        if (op instanceof Op.Delete delete) {
            return delete(txn, delete);
        }
        if (op instanceof Op.Txn inner) {
            TxnPath path = TxnPath.decide(txn, inner);
            check(txn, path, leaseExists);
            return run(txn, txn, path);
        }
        return RangeReader.read(txn, (Op.Range) op);
    }

    /**
     * Executes a transaction of ranges.
     *
     * @throws KvException COMPACTED, FUTURE_REVISION
     * @throws IllegalArgumentException if {@code txn} holds anything else
     */
    public static OpResult.Txn read(ReadView view, Op.Txn txn) {
        if (!OpCheck.readOnly(txn)) {
            throw new IllegalArgumentException("not a read-only transaction");
        }
        TxnPath path = TxnPath.decide(view, txn);
        check(view, path, lease -> false);
        return run(view, null, path);
    }

    private static void check(ReadView view, TxnPath path, LongPredicate leaseExists) {
        Iterator<TxnPath> inner = path.inner().iterator();
        for (Op op : path.branch()) {
            if (op instanceof Op.Range range) {
                requireReadable(view, range.revision());
            } else if (op instanceof Op.Put put) {
                requirePrevious(view, put);
                requireLease(put, leaseExists);
            } else if (op instanceof Op.Txn) {
                check(view, inner.next(), leaseExists);
            }
        }
    }

    private static void requireReadable(ReadView view, long revision) {
        if (revision > view.revision()) {
            throw new KvException(KvError.FUTURE_REVISION);
        }
        // Unlike in a range of its own, a negative revision does not mean the newest.
        if (revision < 0 || (revision != 0 && revision < view.compactRevision())) {
            throw new KvException(KvError.COMPACTED);
        }
    }

    private static void requirePrevious(ReadView view, Op.Put put) {
        if ((put.ignoreValue() || put.ignoreLease()) && live(view, put.key()) == null) {
            throw new KvException(KvError.KEY_NOT_FOUND);
        }
    }

    private static void requireLease(Op.Put put, LongPredicate leaseExists) {
        if (put.lease() != 0 && !leaseExists.test(put.lease())) {
            throw new KvException(KvError.LEASE_NOT_FOUND);
        }
    }

    /**
     * @param txn {@code view} if it takes writes, else {@code null}
     */
    private static OpResult.Txn run(ReadView view, WriteTxn txn, TxnPath path) {
        List<OpResult> responses = new ArrayList<>(path.branch().size());
        Iterator<TxnPath> inner = path.inner().iterator();
        for (Op op : path.branch()) {
            if (op instanceof Op.Range range) {
                responses.add(RangeReader.read(view, range));
            } else if (op instanceof Op.Put put) {
                responses.add(put(txn, put));
            } else if (op instanceof Op.Delete delete) {
                responses.add(delete(txn, delete));
            } else {
                responses.add(run(view, txn, inner.next()));
            }
        }
        return new OpResult.Txn(view.revision(), path.succeeded(), responses);
    }

    private static OpResult.Put put(WriteTxn txn, Op.Put put) {
        Version before =
                put.previous() || put.ignoreValue() || put.ignoreLease()
                        ? live(txn, put.key())
                        : null;
        KeyValue previous =
                before != null && (put.previous() || put.ignoreValue())
                        ? txn.pair(put.key(), before)
                        : null;
        Bytes value = put.ignoreValue() && previous != null ? previous.value() : put.value();
        long lease = put.ignoreLease() && before != null ? before.lease() : put.lease();
        txn.put(put.key(), value, lease);
        return new OpResult.Put(txn.revision(), put.previous() ? previous : null);
    }

    private static OpResult.Delete delete(WriteTxn txn, Op.Delete delete) {
        Map<Bytes, Version> removed = txn.delete(delete.range());
        List<KeyValue> previous = new ArrayList<>();
        if (delete.previous()) {
            removed.forEach((key, version) -> previous.add(txn.pair(key, version)));
        }
        return new OpResult.Delete(txn.revision(), removed.size(), previous);
    }

    private static Version live(ReadView view, Bytes key) {
        Version newest = view.index().find(key);
        return newest != null && newest.live() ? newest : null;
    }
}
