package org.pdtoolkit.server.grpc.etcd;

import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/**
 * One login: the password is checked here, then the login goes through the log, so that every
 * member knows the token. Starts again if users or roles have changed meanwhile.
 *
 * <p>Thread: any; the password never leaves this member.
 */
final class LoginCall {
    private static final int ATTEMPTS_MAX = 10;

    private final EtcdAccess access;
    private final AuthControl auth;
    private final String user;
    private final String password;

    LoginCall(EtcdAccess access, String user, String password) {
        this.access = access;
        this.auth = access.auth().as(CallIdentity.current());
        this.user = user;
        this.password = password;
    }

    /** The token; fails with AUTH_NOT_ENABLED, AUTH_FAILED, NO_PASSWORD_USER. */
    CompletableFuture<String> start() {
        return auth.current().thenCompose(view -> attempt(view, 1));
    }

    private CompletableFuture<String> attempt(AuthView view, int number) {
        CompletableFuture<String> token =
                check(view)
                        .thenCompose(right -> login(right, view.revision()))
                        .thenApplyAsync(
                                changed -> access.tokens().issue(user, changed),
                                access.passwords().executor());
        return token.handle((issued, failure) -> failure)
                .thenCompose(
                        failure ->
                                isOvertaken(failure) && number < ATTEMPTS_MAX
                                        ? attempt(auth.local(), number + 1)
                                        : token);
    }

    private CompletableFuture<Boolean> check(AuthView view) {
        if (!view.enabled()) {
            throw new KvException(KvError.AUTH_NOT_ENABLED);
        }
        AuthView.User known = view.user(user).orElse(null);
        if (known == null) {
            throw new KvException(KvError.AUTH_FAILED);
        }
        if (known.noPassword()) {
            throw new KvException(KvError.NO_PASSWORD_USER);
        }
        return access.passwords().verify(password, known.passwordHash());
    }

    private CompletableFuture<AuthControl.Changed> login(boolean right, long checkedRevision) {
        if (!right) {
            throw new KvException(KvError.AUTH_FAILED);
        }
        return auth.change(
                new AuthChange.Login(user, checkedRevision, access.tokens().newPrefix()));
    }

    private static boolean isOvertaken(Throwable failure) {
        return failure != null
                && KvException.unwrapped(failure) instanceof KvException refused
                && refused.error() == KvError.AUTH_OLD_REVISION;
    }
}
