package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthTokenTest {
    @Test
    void optionsStandBehindTheKind() throws ConfigValueException {
        AuthToken token =
                AuthToken.parse("jwt,pub-key=a.pem,priv-key=b.pem,sign-method=RS256,ttl=10m,x=y");
        assertEquals("RS256", token.signMethod());
        assertEquals(Optional.of(Path.of("a.pem")), token.publicKey());
        assertEquals(Optional.of(Path.of("b.pem")), token.privateKey());
        assertEquals(600_000, token.ttlMillis());
        assertTrue(token.signed());
        assertFalse(AuthToken.parse("simple").signed());
        assertEquals(300_000, AuthToken.parse("jwt,sign-method=ES256").ttlMillis());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "weird",
                "jwt",
                "jwt,",
                "jwt,sign-method",
                "jwt,sign-method=a=b",
                "jwt,sign-method=ES256,sign-method=ES256",
                "jwt,sign-method=ES256,ttl=long"
            })
    void anythingElseIsRefused(String text) {
        assertThrows(ConfigValueException.class, () -> AuthToken.parse(text));
    }
}
