package org.pdtoolkit.kv.auth;

import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;

/**
 * Holds the present {@link AuthState}. Thread: {@link #state} by any; the rest by apply, which
 * publishes what it staged once the batch is committed.
 */
public final class AuthStore {
    private volatile AuthState state;

    public AuthStore(OrderedStore store) {
        load(store);
    }

    public AuthState state() {
        return state;
    }

    /**
     * Stages a change; the answer is for {@link #publish}.
     *
     * @throws KvException what the change documents; nothing is staged then
     */
    public AuthState stage(AuthChange change, Batch batch) {
        AuthState next = AuthRules.next(state, change);
        if (next != state) {
            AuthRecords.stage(batch, state, next);
        }
        return next;
    }

    public void publish(AuthState next) {
        state = next;
    }

    /** Reads everything again, after the store was replaced. */
    public void load(OrderedStore store) {
        try (OrderedStore.View view = store.view()) {
            state = AuthRecords.load(view);
        }
    }
}
