package org.pdtoolkit.server.auth;

import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.AuthListener;
import org.pdtoolkit.kv.Caller;

/** What clients get for their password, and show with every call. Thread: any; never blocks. */
public interface TokenService extends AuthListener {
    /**
     * Completes, well or not, when this member can judge {@code token}: the login may be in a part
     * of the log that it has not applied yet.
     */
    CompletableFuture<Void> settled(String token);

    /**
     * @throws org.pdtoolkit.kv.KvException INVALID_AUTH_TOKEN
     */
    Caller recognise(String token);

    /** Random text for {@link org.pdtoolkit.kv.AuthChange.Login}. */
    String newPrefix();

    /**
     * The token for a user whose login was applied. May take as long as a signature.
     *
     * @throws IllegalStateException if this member can only verify tokens
     */
    String issue(String user, AuthControl.Changed login);
}
