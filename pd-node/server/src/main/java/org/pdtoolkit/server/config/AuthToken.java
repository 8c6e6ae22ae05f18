package org.pdtoolkit.server.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Kind of token that users get.
 *
 * @param signMethod of signed tokens (RS256, ES256, EdDSA …); empty for simple ones
 * @param publicKey PEM file
 * @param privateKey PEM file, or the bytes themselves for HMAC
 * @param ttlMillis of signed tokens
 */
public record AuthToken(
        String signMethod, Optional<Path> publicKey, Optional<Path> privateKey, long ttlMillis) {
    private static final String INVALID = "auth: invalid auth options";
    private static final long TTL_MILLIS = 300_000;

    public boolean signed() {
        return !signMethod.isEmpty();
    }

    /** Values that have passed {@link #parse}. */
    static AuthToken of(String text) {
        try {
            return parse(text);
        } catch (ConfigValueException e) {
            throw new IllegalStateException("unchecked auth-token", e);
        }
    }

    /** Reads a kind, then options after commas. Unknown options mean nothing, as in etcd. */
    static AuthToken parse(String text) throws ConfigValueException {
        String[] parts = text.split(",", -1);
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", -1);
            if (pair.length != 2 || options.put(pair[0], pair[1]) != null) {
                throw new ConfigValueException(INVALID + ": \"" + parts[i] + "\"");
            }
        }
        if (parts[0].equals("simple")) {
            return new AuthToken("", Optional.empty(), Optional.empty(), TTL_MILLIS);
        }
        String method = options.getOrDefault("sign-method", "");
        if (!parts[0].equals("jwt") || method.isEmpty()) {
            throw new ConfigValueException(
                    INVALID + ": expected simple, or jwt,sign-method=..., got \"" + text + "\"");
        }
        String ttl = options.get("ttl");
        return new AuthToken(
                method,
                Optional.ofNullable(options.get("pub-key")).map(Path::of),
                Optional.ofNullable(options.get("priv-key")).map(Path::of),
                ttl == null ? TTL_MILLIS : Quantity.parseMillis(ttl));
    }
}
