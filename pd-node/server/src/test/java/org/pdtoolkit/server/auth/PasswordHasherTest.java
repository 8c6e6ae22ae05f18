package org.pdtoolkit.server.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHasherTest {
    private final PasswordHasher hasher = new PasswordHasher(4);

    @AfterEach
    void close() {
        hasher.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "secret", "p\u00e4ssw\u00f6rt", "with \0 inside", "\ud83d\ude00"})
    void thePasswordItselfPassesAndNoOther(String password) {
        String hash = hasher.hash(password).join();
        assertTrue(hash.startsWith("$2a$04$"), hash);
        assertTrue(hasher.verify(password, hash).join());
        assertFalse(hasher.verify(password + "x", hash).join());
        assertNotEquals(hash, hasher.hash(password).join());
    }

    @Test
    void etcdsHashesAreUnderstood() {
        // Made by Go's bcrypt with cost 4 of the password "alicepw".
        String hash = "$2a$04$9WULYn5qd7bqpzQUeuRNOe.c1gkdr4Fx2BYzoEaifDGy8q4EFaogS";
        assertTrue(hasher.verify("alicepw", hash).join());
        assertFalse(hasher.verify("alicepx", hash).join());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "$2a$04$short", "$9z$04$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    void aHashThatIsNoneFitsNothing(String hash) {
        assertFalse(hasher.verify("x", hash).join());
    }

    @Test
    void whatBcryptWouldCutIsTooLong() {
        assertFalse(PasswordHasher.isTooLong("x".repeat(72)));
        assertTrue(PasswordHasher.isTooLong("x".repeat(73)));
        assertTrue(PasswordHasher.isTooLong("\u00e4".repeat(37)));
        String hash = hasher.hash("x".repeat(72)).join();
        assertTrue(hasher.verify("x".repeat(72), hash).join());
        assertFalse(hasher.verify("x".repeat(73), hash).join());
        assertEquals(60, hash.length());
    }
}
