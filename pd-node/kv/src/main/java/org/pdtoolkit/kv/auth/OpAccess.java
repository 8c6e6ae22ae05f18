package org.pdtoolkit.kv.auth;

import java.util.List;
import java.util.function.LongFunction;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;

/**
 * Whether a caller may do an operation: a transaction in full, both branches and inner ones too.
 * Thread: any.
 *
 * <p>Every method fails with USER_EMPTY, AUTH_OLD_REVISION or PERMISSION_DENIED.
 */
public final class OpAccess {
    private final AuthState state;
    private final Caller caller;
    private final LongFunction<List<Bytes>> leaseKeys;

    /**
     * @param leaseKeys keys that hang on a lease; none if there is no such lease
     */
    public OpAccess(AuthState state, Caller caller, LongFunction<List<Bytes>> leaseKeys) {
        this.state = state;
        this.caller = caller;
        this.leaseKeys = leaseKeys;
    }

    /**
     * @throws KvException see the class
     */
    public void require(Op op) {
        if (op instanceof Op.Range range) {
            requireRead(range.range());
        } else if (op instanceof Op.Put put) {
            requirePut(put);
        } else if (op instanceof Op.Delete delete) {
            state.requireWrite(caller, delete.range());
            if (delete.previous()) {
                requireRead(delete.range());
            }
        } else if (op instanceof Op.Txn txn) {
            for (Compare compare : txn.compares()) {
                requireRead(compare.range());
            }
            txn.success().forEach(this::require);
            txn.failure().forEach(this::require);
        }
    }

    /**
     * @throws KvException see the class
     */
    public void requireRead(KeyRange range) {
        state.requireRead(caller, range);
    }

    /**
     * @throws KvException USER_EMPTY
     */
    public void requireUser() {
        state.requireUser(caller);
    }

    /**
     * Renewing, revoking and using a lease decide over all its keys.
     *
     * @throws KvException see the class
     */
    public void requireLeaseWrite(long lease) {
        state.requireUser(caller);
        if (!state.isFree(caller)) {
            leaseKeys.apply(lease).forEach(key -> state.requireWrite(caller, KeyRange.single(key)));
        }
    }

    /**
     * @throws KvException see the class
     */
    public void requireLeaseRead(long lease) {
        state.requireUser(caller);
        if (!state.isFree(caller)) {
            leaseKeys.apply(lease).forEach(key -> state.requireRead(caller, KeyRange.single(key)));
        }
    }

    private void requirePut(Op.Put put) {
        KeyRange key = KeyRange.single(put.key());
        state.requireWrite(caller, key);
        if (put.lease() != 0) {
            requireLeaseWrite(put.lease());
        }
        if (put.previous()) {
            requireRead(key);
        }
    }
}
