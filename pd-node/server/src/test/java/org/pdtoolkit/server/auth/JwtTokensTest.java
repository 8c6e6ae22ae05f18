package org.pdtoolkit.server.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

class JwtTokensTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final AuthControl.Changed LOGIN = new AuthControl.Changed(1, 1L << 40, "");

    @TempDir Path directory;

    private Path pem(String name, String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(der);
        return Files.writeString(
                directory.resolve(name),
                "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }

    private JwtTokens open(String method, KeyPair keys, Duration ttl) throws IOException {
        return JwtTokens.open(
                method,
                Optional.of(pem("pub.pem", "PUBLIC KEY", keys.getPublic().getEncoded())),
                Optional.of(pem("priv.pem", "PRIVATE KEY", keys.getPrivate().getEncoded())),
                ttl);
    }

    private static KeyPair keys(String method) throws GeneralSecurityException {
        if (method.startsWith("Ed")) {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        }
        if (method.startsWith("ES")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            String bits = method.equals("ES512") ? "521" : method.substring(2);
            generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
            return generator.generateKeyPair();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static void assertRefused(JwtTokens tokens, String token) {
        KvException refusal = assertThrows(KvException.class, () -> tokens.recognise(token));
        assertEquals(KvError.INVALID_AUTH_TOKEN, refusal.error());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"})
    void aTokenNamesItsUserAndRevision(String method) throws Exception {
        JwtTokens tokens = open(method, keys(method), HOUR);
        String token = tokens.issue("alice", LOGIN);
        assertEquals(new Caller("alice", 1L << 40), tokens.recognise(token));
        char[] damaged = token.toCharArray();
        int at = token.indexOf('.') + 5;
        damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
        assertRefused(tokens, new String(damaged));
    }

    @Test
    void theSameWithASharedSecret() throws Exception {
        Path secret = Files.write(directory.resolve("secret"), new byte[48]);
        JwtTokens tokens = JwtTokens.open("HS384", Optional.empty(), Optional.of(secret), HOUR);
        assertEquals("alice", tokens.recognise(tokens.issue("alice", LOGIN)).user());
    }

    @Test
    void aTokenEnds() throws Exception {
        JwtTokens tokens = open("ES256", keys("ES256"), Duration.ofSeconds(-1).plus(HOUR));
        JwtTokens past =
                JwtTokens.open(
                        "HS256",
                        Optional.empty(),
                        Optional.of(Files.write(directory.resolve("s"), new byte[32])),
                        Duration.ofHours(-1));
        assertRefused(past, past.issue("alice", LOGIN));
        assertRefused(tokens, past.issue("alice", LOGIN));
    }

    @Test
    void whoeverHasThePublicKeyCannotSignWithIt() throws Exception {
        KeyPair keys = keys("RS256");
        JwtTokens tokens = open("RS256", keys, HOUR);
        // The public key as the secret of an HMAC: the classic confusion.
        byte[] known = Files.readAllBytes(directory.resolve("pub.pem"));
        Path secret = Files.write(directory.resolve("stolen"), known);
        JwtTokens forger = JwtTokens.open("HS256", Optional.empty(), Optional.of(secret), HOUR);
        assertRefused(tokens, forger.issue("root", LOGIN));
        JwtTokens verifier =
                JwtTokens.open(
                        "RS256", Optional.of(directory.resolve("pub.pem")), Optional.empty(), HOUR);
        assertEquals("alice", verifier.recognise(tokens.issue("alice", LOGIN)).user());
        assertThrows(IllegalStateException.class, () -> verifier.issue("alice", LOGIN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.b.c", "abc.7", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."})
    void whatIsNoTokenIsRefused(String token) throws Exception {
        assertRefused(open("ES256", keys("ES256"), HOUR), token);
    }

    @Test
    void keysOfOpensslsOlderFormAreRead() throws Exception {
        KeyPair keys = keys("RS256");
        byte[] pkcs8 = keys.getPrivate().getEncoded();
        // 26 bytes of a 2048-bit key's PKCS #8 wrap the older form.
        Path older = pem("old.pem", "RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length));
        Path pub = pem("pub.pem", "PUBLIC KEY", keys.getPublic().getEncoded());
        JwtTokens tokens = JwtTokens.open("PS256", Optional.of(pub), Optional.of(older), HOUR);
        assertEquals("alice", tokens.recognise(tokens.issue("alice", LOGIN)).user());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            RS999 | pub | priv | sign-method RS999
            none | pub | priv | sign-method none
            RS256 | - | priv | pub-key is missing
            HS256 | pub | - | priv-key is missing
            RS256 | pub | other | do not match
            RS256 | garbage | priv | no public key
            RS256 | pub | garbage | no private key
            RS256 | pub | absent | absent
            HS256 | - | short | short
            """)
    void badOptionsAreRefusedWithAReason(String method, String pub, String priv, String because)
            throws Exception {
        KeyPair keys = keys("RS256");
        pem("pub", "PUBLIC KEY", keys.getPublic().getEncoded());
        pem("priv", "PRIVATE KEY", keys.getPrivate().getEncoded());
        pem("other", "PRIVATE KEY", keys("RS256").getPrivate().getEncoded());
        Files.writeString(directory.resolve("garbage"), "no key", StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("short"), "secret", StandardCharsets.UTF_8);
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> JwtTokens.open(method, file(pub), file(priv), HOUR));
        assertTrue(refusal.getMessage().contains(because), refusal.getMessage());
    }

    private Optional<Path> file(String name) {
        return name.equals("-") ? Optional.empty() : Optional.of(directory.resolve(name));
    }
}
