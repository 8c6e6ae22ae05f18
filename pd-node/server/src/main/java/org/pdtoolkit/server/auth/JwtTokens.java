package org.pdtoolkit.server.auth;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Identifiable;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.JwtParserBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import io.jsonwebtoken.security.MacAlgorithm;
import io.jsonwebtoken.security.SecureDigestAlgorithm;
import io.jsonwebtoken.security.SignatureAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import javax.crypto.SecretKey;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

/**
 * Signed tokens (JSON web tokens) with etcd's claims: {@code username}, the auth {@code revision}
 * of the login, {@code exp}. No member remembers them; a change of users or roles makes them old.
 *
 * <p>Thread: any.
 */
public final class JwtTokens implements TokenService {
    private static final String USER = "username";
    private static final String REVISION = "revision";

    private final JwtParser parser;

    /** Signs; {@code null} where only a public key is known. */
    private final Function<Claims, String> signer;

    private final Duration ttl;

    private JwtTokens(JwtParser parser, Function<Claims, String> signer, Duration ttl) {
        this.parser = parser;
        this.signer = signer;
        this.ttl = ttl;
    }

    /**
     * @param method HS, RS, PS or ES with 256, 384 or 512, or EdDSA
     * @param publicKey PEM file; without a private key this member can only verify
     * @param privateKey PEM file; for HS the secret itself
     * @throws IllegalArgumentException saying what is wrong with method or files
     */
    public static JwtTokens open(
            String method, Optional<Path> publicKey, Optional<Path> privateKey, Duration ttl) {
        Identifiable algorithm = Jwts.SIG.get().get(method);
        if (algorithm instanceof MacAlgorithm mac) {
            SecretKey secret = secret(privateKey);
            return new JwtTokens(
                    parser(mac).verifyWith(secret).build(),
                    claims -> sign(claims, secret, mac),
                    ttl);
        }
        if (algorithm instanceof SignatureAlgorithm signature) {
            return open(signature, keyAlgorithm(method), publicKey, privateKey, ttl);
        }
        throw new IllegalArgumentException(
                "auth: invalid auth options: sign-method "
                        + method
                        + " is none of HS, RS, PS, ES with 256, 384, 512, or EdDSA");
    }

    private static JwtTokens open(
            SignatureAlgorithm algorithm,
            String keyAlgorithm,
            Optional<Path> publicKey,
            Optional<Path> privateKey,
            Duration ttl) {
        PublicKey verifying =
                publicKey
                        .map(file -> PemKeys.publicKey(file, keyAlgorithm))
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "auth-token: pub-key is missing"));
        JwtParser parser = parser(algorithm).verifyWith(verifying).build();
        if (privateKey.isEmpty()) {
            return new JwtTokens(parser, null, ttl);
        }
        PrivateKey signing = PemKeys.privateKey(privateKey.get(), keyAlgorithm);
        JwtTokens tokens = new JwtTokens(parser, claims -> sign(claims, signing, algorithm), ttl);
        tokens.requireMatch();
        return tokens;
    }

    private static <K extends Key> String sign(
            Claims claims, K key, SecureDigestAlgorithm<? super K, ?> algorithm) {
        return Jwts.builder().claims(claims).signWith(key, algorithm).compact();
    }

    /** Only the one algorithm: a token must not choose how it is verified. */
    private static JwtParserBuilder parser(SecureDigestAlgorithm<?, ?> algorithm) {
        return Jwts.parser().sig().clear().add(algorithm).and();
    }

    private static SecretKey secret(Optional<Path> file) {
        Path path =
                file.orElseThrow(
                        () -> new IllegalArgumentException("auth-token: priv-key is missing"));
        try {
            return Keys.hmacShaKeyFor(Files.readAllBytes(path));
        } catch (IOException | JwtException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    private static String keyAlgorithm(String method) {
        return method.startsWith("ES") ? "EC" : method.startsWith("Ed") ? "Ed25519" : "RSA";
    }

    private void requireMatch() {
        try {
            recognise(issue("", new AuthControl.Changed(0, 0, "")));
        } catch (KvException | JwtException e) {
            throw new IllegalArgumentException("auth-token: pub-key and priv-key do not match", e);
        }
    }

    @Override
    public CompletableFuture<Void> settled(String token) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Caller recognise(String token) {
        try {
            Claims claims = parser.parseSignedClaims(token).getPayload();
            String user = claims.get(USER, String.class);
            Number revision = claims.get(REVISION, Number.class);
            if (user != null && revision != null) {
                return new Caller(user, revision.longValue());
            }
        } catch (JwtException | IllegalArgumentException e) {
            // Expired, damaged, signed by another key, or no token at all: the same to the client.
        }
        throw new KvException(KvError.INVALID_AUTH_TOKEN);
    }

    @Override
    public String newPrefix() {
        return "";
    }

    @Override
    public String issue(String user, AuthControl.Changed login) {
        if (signer == null) {
            throw new IllegalStateException("auth: token signing attempted with verify-only key");
        }
        return signer.apply(
                Jwts.claims()
                        .add(USER, user)
                        .add(REVISION, login.authRevision())
                        .expiration(Date.from(Instant.now().plus(ttl)))
                        .build());
    }

    @Override
    public void onChanged(AuthChange change, AuthControl.Changed changed) {}

    @Override
    public void onReplaced() {}
}
