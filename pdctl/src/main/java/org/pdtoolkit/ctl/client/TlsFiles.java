package org.pdtoolkit.ctl.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Turns the PEM files of {@code --cacert --cert --key} into a TLS client. */
final class TlsFiles {
    private static final char[] NO_PASSWORD = new char[0];

    private TlsFiles() {}

    /**
     * @throws CtlException {@link ExitCode#CANNOT_CONNECT} when a file is missing or not what its
     *     option expects, {@link ExitCode#PERMISSION} when the key is open to everybody
     */
    static SSLSocketFactory socketFactory(Connection connection) {
        if (connection.cert().isEmpty() != connection.key().isEmpty()) {
            boolean keyMissing = connection.key().isEmpty();
            throw CtlException.usage(
                    (keyMissing ? "--cert is given without --key" : "--key is given without --cert")
                            + "; a client certificate needs both",
                    "pass --cert and --key together, or set CERT_PATH and KEY_PATH");
        }
        try {
            TrustManager[] trust =
                    connection.cacert().isEmpty() ? null : trust(Path.of(connection.cacert()));
            KeyManager[] keys =
                    connection.cert().isEmpty()
                            ? null
                            : keys(Path.of(connection.cert()), Path.of(connection.key()));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new CtlException(
                    ExitCode.CANNOT_CONNECT,
                    "cannot set up TLS: " + e.getMessage(),
                    "--debug shows the cause",
                    e);
        }
    }

    private static TrustManager[] trust(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int count = 0;
        for (Certificate certificate : certificates("--cacert", file)) {
            store.setCertificateEntry("ca-" + count++, certificate);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keys(Path certFile, Path keyFile)
            throws GeneralSecurityException, IOException {
        PrivateKey key = privateKey(keyFile);
        Certificate[] chain = certificates("--cert", certFile).toArray(new Certificate[0]);
        if (!chain[0].getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            throw bad(
                    "--key",
                    keyFile,
                    "holds a key of kind "
                            + key.getAlgorithm()
                            + " but the certificate is for one of kind "
                            + chain[0].getPublicKey().getAlgorithm(),
                    "pass the key that belongs to " + certFile);
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry("client", key, NO_PASSWORD, chain);
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static Collection<? extends Certificate> certificates(String option, Path file)
            throws CertificateException {
        byte[] content = read(option, file);
        Collection<? extends Certificate> certificates;
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            certificates = factory.generateCertificates(new ByteArrayInputStream(content));
        } catch (CertificateException e) {
            certificates = java.util.List.of();
        }
        if (certificates.isEmpty()) {
            throw bad(
                    option,
                    file,
                    "holds no certificate",
                    "expected a PEM file with a BEGIN CERTIFICATE line");
        }
        return certificates;
    }

    private static PrivateKey privateKey(Path file) throws GeneralSecurityException {
        String pem = new String(read("--key", file), StandardCharsets.ISO_8859_1);
        refuseOpenKey(file);
        for (String kind : new String[] {"RSA ", "EC ", "DSA "}) {
            if (pem.contains("BEGIN " + kind + "PRIVATE KEY")) {
                throw bad(
                        "--key",
                        file,
                        "holds a " + kind + "PRIVATE KEY (PKCS#1 or SEC1); expected PKCS#8",
                        "openssl pkcs8 -topk8 -nocrypt -in " + file + " -out key-pkcs8.pem");
            }
        }
        if (pem.contains("BEGIN ENCRYPTED PRIVATE KEY")) {
            throw bad(
                    "--key",
                    file,
                    "is encrypted; expected a key without a password",
                    "openssl pkcs8 -in " + file + " -out key-plain.pem; chmod 600 key-plain.pem");
        }
        byte[] der = between(pem, "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
        if (der != null) {
            for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
                try {
                    return KeyFactory.getInstance(algorithm)
                            .generatePrivate(new PKCS8EncodedKeySpec(der));
                } catch (InvalidKeySpecException e) {
                    // Each algorithm knows only its own keys; try the next.
                }
            }
        }
        throw bad(
                "--key",
                file,
                "holds no private key that can be read",
                "expected a PEM file with a BEGIN PRIVATE KEY line and an RSA, EC or Ed25519 key");
    }

    private static byte[] between(String pem, String begin, String end) {
        int from = pem.indexOf(begin);
        int until = pem.indexOf(end);
        if (from < 0 || until < from) {
            return null;
        }
        try {
            return Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), until));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void refuseOpenKey(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw new CtlException(
                        ExitCode.PERMISSION,
                        "--key " + file + " can be read by every user of this machine",
                        "chmod 600 " + file);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // A file system without these permissions cannot be judged by them.
        }
    }

    private static byte[] read(String option, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw bad(option, file, "does not exist", "check the path");
        } catch (IOException e) {
            throw new CtlException(
                    ExitCode.CANNOT_CONNECT,
                    option + " " + file + " cannot be read",
                    "check that it is a file and that you may read it",
                    e);
        }
    }

    private static CtlException bad(String option, Path file, String what, String hint) {
        return new CtlException(ExitCode.CANNOT_CONNECT, option + " " + file + " " + what, hint);
    }
}
