package org.pdtoolkit.kv;

import java.util.concurrent.CompletableFuture;

/** What a client showed to say who it is. */
public interface Identity {
    /** A client that showed nothing. */
    Identity ANONYMOUS = () -> CompletableFuture.completedFuture(Caller.ANONYMOUS);

    /**
     * Recognises the client, each time anew: a token is worth what it is worth now. Fails with
     * INVALID_AUTH_TOKEN. Waits if this member has not applied the login yet. Thread: any; never
     * blocks.
     */
    CompletableFuture<Caller> caller();
}
