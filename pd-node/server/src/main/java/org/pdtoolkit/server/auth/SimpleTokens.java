package org.pdtoolkit.server.auth;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/**
 * Tokens that every member remembers from the log: sixteen random letters, a dot, the log index of
 * the login. They end some time after their last use at this member, when their user changes, when
 * auth is disabled, and with the process.
 *
 * <p>Thread: any; {@link #onChanged} and {@link #onReplaced} on apply.
 */
public final class SimpleTokens implements TokenService {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int PREFIX_LETTERS = 16;
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How far ahead of what is applied here a login may be; whoever shows a token from further away
     * made it up, or must log in again.
     */
    private static final long AHEAD_MAX = 5_000;

    private final long ttlNanos;
    private final LongSupplier nanoTime;
    private final LongSupplier authRevision;
    private final LongSupplier appliedIndex;
    private final LongFunction<CompletableFuture<Void>> awaitApplied;
    private final SecureRandom random = new SecureRandom();

    // Guarded by this object.
    private final Map<String, Login> logins = new HashMap<>();
    private long sweptNanos;

    private static final class Login {
        private final String user;
        private long endNanos;

        Login(String user, long endNanos) {
            this.user = user;
            this.endNanos = endNanos;
        }
    }

    /**
     * @param ttlSeconds time after the last use
     * @param awaitApplied completes when that much of the log is applied here
     */
    public SimpleTokens(
            long ttlSeconds,
            LongSupplier nanoTime,
            LongSupplier authRevision,
            LongSupplier appliedIndex,
            LongFunction<CompletableFuture<Void>> awaitApplied) {
        this.ttlNanos = TimeUnit.SECONDS.toNanos(ttlSeconds);
        this.nanoTime = nanoTime;
        this.authRevision = authRevision;
        this.appliedIndex = appliedIndex;
        this.awaitApplied = awaitApplied;
        this.sweptNanos = nanoTime.getAsLong();
    }

    @Override
    public CompletableFuture<Void> settled(String token) {
        long index = indexOf(token);
        long ahead = index - appliedIndex.getAsLong();
        return index > 0 && ahead > 0 && ahead <= AHEAD_MAX
                ? awaitApplied.apply(index)
                : CompletableFuture.completedFuture(null);
    }

    /** Log index of the login, 0 if the text is no token. */
    private static long indexOf(String token) {
        int dot = token.indexOf('.');
        try {
            return dot < 0 ? 0 : Long.parseLong(token, dot + 1, token.length(), 10);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public synchronized Caller recognise(String token) {
        Login login = logins.get(token);
        long now = nanoTime.getAsLong();
        if (login == null || now - login.endNanos > 0) {
            throw new KvException(KvError.INVALID_AUTH_TOKEN);
        }
        login.endNanos = now + ttlNanos;
        return new Caller(login.user, authRevision.getAsLong());
    }

    @Override
    public String newPrefix() {
        StringBuilder prefix = new StringBuilder(PREFIX_LETTERS);
        for (int i = 0; i < PREFIX_LETTERS; i++) {
            prefix.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return prefix.toString();
    }

    @Override
    public String issue(String user, AuthControl.Changed login) {
        return login.token();
    }

    @Override
    public synchronized void onChanged(AuthChange change, AuthControl.Changed changed) {
        if (change instanceof AuthChange.Login login) {
            long now = nanoTime.getAsLong();
            sweep(now);
            logins.put(changed.token(), new Login(login.user(), now + ttlNanos));
        } else if (change instanceof AuthChange.UserDelete delete) {
            forget(delete.user());
        } else if (change instanceof AuthChange.UserPassword password) {
            forget(password.user());
        } else if (change instanceof AuthChange.Disable) {
            logins.clear();
        }
    }

    @Override
    public synchronized void onReplaced() {
        logins.clear();
    }

    private void forget(String user) {
        logins.values().removeIf(login -> login.user.equals(user));
    }

    /** Nobody asks for a token that was given up: the next login finds it. */
    private void sweep(long now) {
        if (now - sweptNanos >= SWEEP_NANOS) {
            sweptNanos = now;
            logins.values().removeIf(login -> now - login.endNanos > 0);
        }
    }
}
