package org.pdtoolkit.kv;

import java.util.concurrent.CompletableFuture;

/**
 * Users, roles and permissions of the cluster. Thread: any; never blocks. Futures complete like
 * those of {@link ReplicatedKv}.
 */
public interface AuthControl {
    /** The same in the name of a client, for {@link #change}. */
    AuthControl as(Identity client);

    /** What this member has applied. */
    AuthView local();

    /** Linearizable. */
    CompletableFuture<AuthView> current();

    /** Revision of the keys, for answers about a local or current view. */
    long storeRevision();

    /** Only a root may, while enabled; a login is free. */
    CompletableFuture<Changed> change(AuthChange change);

    /**
     * @param storeRevision of the keys; not moved by the change
     * @param authRevision after the change
     * @param token of a {@link AuthChange.Login}, else empty
     */
    record Changed(long storeRevision, long authRevision, String token) {}
}
