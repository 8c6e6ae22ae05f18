package org.pdtoolkit.server.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.pdtoolkit.server.port.BackgroundPool;

/**
 * Hashes and checks passwords with bcrypt, which is slow on purpose: on a thread of its own, with a
 * bounded queue. Futures complete on that thread; they fail with TOO_MANY_REQUESTS when it is full.
 *
 * <p>Thread: any.
 */
public final class PasswordHasher implements AutoCloseable {
    /** Longer ones are refused: bcrypt would look at the start only. */
    public static final int PASSWORD_BYTES_MAX = 72;

    private static final int QUEUE_MAX = 256;

    private final int cost;
    private final BackgroundPool threads;

    /**
     * @param cost binary logarithm of the rounds
     */
    public PasswordHasher(int cost) {
        this.cost = cost;
        threads = new BackgroundPool("password", BackgroundPool.halfOfProcessors(1), QUEUE_MAX);
    }

    public static boolean isTooLong(String password) {
        return bytes(password).length > PASSWORD_BYTES_MAX;
    }

    /**
     * @param password not {@link #isTooLong}
     */
    public CompletableFuture<String> hash(String password) {
        return threads.submit(() -> new String(hashNow(password), StandardCharsets.US_ASCII));
    }

    private byte[] hashNow(String password) {
        return BCrypt.with(BCrypt.Version.VERSION_2A).hash(cost, bytes(password));
    }

    /** Whether {@code password} is the one that {@code hash} was made of. */
    public CompletableFuture<Boolean> verify(String password, String hash) {
        if (hash.isEmpty() || isTooLong(password)) {
            return CompletableFuture.completedFuture(false);
        }
        byte[] expected = hash.getBytes(StandardCharsets.US_ASCII);
        return threads.submit(() -> BCrypt.verifyer().verify(bytes(password), expected).verified);
    }

    /** For what else takes long in the course of a login. */
    public Executor executor() {
        return threads.executor();
    }

    private static byte[] bytes(String password) {
        return password.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        threads.close();
    }
}
