package org.pdtoolkit.kv.txn;

import java.util.List;
import org.pdtoolkit.kv.Op;

/** Space that an operation is counted to take, for the quota (etcd quota). Pure. */
public final class OpCost {
    /** What a key takes beside itself and its value. */
    private static final int PUT_BYTES = 256;

    public static final int LEASE_BYTES = 64;

    private OpCost() {}

    /** Bytes; of a transaction the dearer branch. 0 if it holds no put. */
    public static long of(Op op) {
        if (op instanceof Op.Put put) {
            return PUT_BYTES + put.key().size() + put.value().size();
        }
        if (op instanceof Op.Txn txn) {
            return Math.max(sum(txn.success()), sum(txn.failure()));
        }
        return 0;
    }

    private static long sum(List<Op> ops) {
        long bytes = 0;
        for (Op op : ops) {
            bytes += of(op);
        }
        return bytes;
    }
}
