package org.pdtoolkit.server.auth;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys of PEM files. Thread: any; blocks on the disk. */
final class PemKeys {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /** PKCS #8 in front of an RSA key: version 0, algorithm rsaEncryption without parameters. */
    private static final byte[] RSA_HEAD =
            HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final int DER_SEQUENCE = 0x30;
    private static final int DER_OCTETS = 0x04;

    private PemKeys() {}

    /**
     * @param algorithm of {@link KeyFactory}
     * @throws IllegalArgumentException naming the file and what is wrong with it
     */
    static PrivateKey privateKey(Path file, String algorithm) {
        try {
            for (Matcher block = blocks(file); block.find(); ) {
                byte[] der = decode(block);
                switch (block.group(1)) {
                    case "PRIVATE KEY":
                        return factory(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
                    case "RSA PRIVATE KEY":
                        return factory(algorithm)
                                .generatePrivate(new PKCS8EncodedKeySpec(wrapRsa(der)));
                    default:
                        // Parameters of a curve, or a certificate beside the key.
                }
            }
            throw new IllegalArgumentException(
                    file
                            + ": no private key in PKCS #8 form;"
                            + " 'openssl pkcs8 -topk8 -nocrypt' makes it");
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(file, e);
        }
    }

    /**
     * A public key, or that of a certificate.
     *
     * @throws IllegalArgumentException naming the file and what is wrong with it
     */
    static PublicKey publicKey(Path file, String algorithm) {
        try {
            for (Matcher block = blocks(file); block.find(); ) {
                byte[] der = decode(block);
                switch (block.group(1)) {
                    case "PUBLIC KEY":
                        return factory(algorithm).generatePublic(new X509EncodedKeySpec(der));
                    case "CERTIFICATE":
                        return CertificateFactory.getInstance("X.509")
                                .generateCertificate(new ByteArrayInputStream(der))
                                .getPublicKey();
                    default:
                        // Another thing in the same file.
                }
            }
            throw new IllegalArgumentException(file + ": no public key");
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(file, e);
        }
    }

    private static Matcher blocks(Path file) throws IOException {
        return BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    private static byte[] decode(Matcher block) {
        return Base64.getMimeDecoder().decode(block.group(2));
    }

    private static KeyFactory factory(String algorithm) throws GeneralSecurityException {
        return KeyFactory.getInstance(algorithm);
    }

    private static byte[] wrapRsa(byte[] key) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(RSA_HEAD);
        content.writeBytes(der(DER_OCTETS, key));
        return der(DER_SEQUENCE, content.toByteArray());
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            int bytes = (39 - Integer.numberOfLeadingZeros(content.length)) / 8;
            out.write(0x80 | bytes);
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
                out.write(content.length >>> shift);
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static IllegalArgumentException unusable(Path file, Exception cause) {
        return new IllegalArgumentException(file + ": " + cause.getMessage(), cause);
    }
}
