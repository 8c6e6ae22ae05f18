package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS with PEM files, and what is said when they are not what they should be. */
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir static Path files;
    private static SSLContext serverContext;

    @BeforeAll
    static void makeCertificates() throws Exception {
        KeyStore rsa = selfSigned("rsa", "-keyalg", "RSA", "-keysize", "2048");
        KeyStore ec = selfSigned("ec", "-keyalg", "EC");
        writePem("server.crt", "CERTIFICATE", rsa.getCertificate("rsa").getEncoded());
        writePem("client.crt", "CERTIFICATE", ec.getCertificate("ec").getEncoded());
        Key key = ec.getKey("ec", PASSWORD);
        writeKey("client.key", "PRIVATE KEY", key.getEncoded());
        writeKey("pkcs1.key", "RSA PRIVATE KEY", key.getEncoded());
        writeKey("sec1.key", "EC PRIVATE KEY", key.getEncoded());
        writeKey("secret.key", "ENCRYPTED PRIVATE KEY", key.getEncoded());
        writeKey("garbage.key", "PRIVATE KEY", new byte[] {1, 2, 3});
        writeKey("cert.key", "CERTIFICATE", ec.getCertificate("ec").getEncoded());
        writeKey("rsa.key", "PRIVATE KEY", rsa.getKey("rsa", PASSWORD).getEncoded());
        Files.copy(files.resolve("client.key"), files.resolve("open.key"));
        Files.setPosixFilePermissions(
                files.resolve("open.key"), PosixFilePermissions.fromString("rw-r--r--"));

        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(rsa, PASSWORD);
        KeyStore clients = KeyStore.getInstance("PKCS12");
        clients.load(null, null);
        clients.setCertificateEntry("client", ec.getCertificate("ec"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(clients);
        serverContext = SSLContext.getInstance("TLS");
        serverContext.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    private static KeyStore selfSigned(String name, String... algorithm) throws Exception {
        Path store = files.resolve(name + ".p12");
        String[] command = {
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            name,
            "-dname",
            "CN=" + name,
            "-ext",
            "san=ip:127.0.0.1",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            "changeit"
        };
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.command().addAll(java.util.List.of(algorithm));
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Certificate certificate = keys.getCertificate(name);
        assertEquals("X.509", certificate.getType());
        return keys;
    }

    private static void writeKey(String name, String kind, byte[] der) throws IOException {
        writePem(name, kind, der);
        Files.setPosixFilePermissions(
                files.resolve(name), PosixFilePermissions.fromString("rw-------"));
    }

    private static void writePem(String name, String kind, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        Files.writeString(
                files.resolve(name),
                "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }

    private static String file(String name) {
        return files.resolve(name).toString();
    }

    private static Cli health(PdServer pd, String... flags) {
        pd.on("GET /pd/api/v1/health", 200, "[]");
        String[] words = new String[flags.length + 3];
        System.arraycopy(new String[] {"health", "-u", pd.url()}, 0, words, 0, 3);
        System.arraycopy(flags, 0, words, 3, flags.length);
        return Cli.run(words);
    }

    @Test
    void aTrustedServerAnswers() {
        try (PdServer pd = PdServer.startTls(serverContext, false)) {
            Cli flags = health(pd, "--cacert", file("server.crt"));
            assertEquals(0, flags.exit(), flags.err());
            assertEquals("[]\n", flags.out());
            Map<String, String> env = Map.of("CA_PATH", file("server.crt"), "PD_ADDR", pd.url());
            assertEquals(0, Cli.run(env, System.in, "health").exit());
        }
    }

    @Test
    void anUntrustedServerIsRefusedWithTheFlagToUse() {
        try (PdServer pd = PdServer.startTls(serverContext, false)) {
            Cli cli = health(pd);
            assertEquals(4, cli.exit(), cli.err());
            assertTrue(cli.err().contains("not signed by a trusted authority"), cli.err());
            assertTrue(cli.err().contains("hint: pass the cluster's CA with --cacert"), cli.err());
        }
    }

    @Test
    void aClientCertificateIsShownToAServerThatWantsOne() {
        try (PdServer pd = PdServer.startTls(serverContext, true)) {
            Cli with =
                    health(
                            pd,
                            "--cacert=" + file("server.crt"),
                            "--cert=" + file("client.crt"),
                            "--key=" + file("client.key"));
            assertEquals(0, with.exit(), with.err());
            Cli without = health(pd, "--cacert", file("server.crt"));
            assertEquals(4, without.exit(), without.err());
        }
    }

    @Test
    void aPlainServerOnATlsAddressIsRecognised() {
        try (PdServer pd = PdServer.start()) {
            String url = pd.url().replace("http:", "https:");
            Cli cli = Cli.run("-u", url, "--timeout", "500ms", "health");
            assertEquals(4, cli.exit(), cli.err());
            assertTrue(cli.err().contains("failed in TLS"), cli.err());
            assertTrue(cli.err().contains("does the server speak TLS?"), cli.err());
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    CACERT     | CERT       | KEY         | EXIT | SAYS
                    nosuch.crt |            |             | 4    | --cacert
                    client.key |            |             | 4    | holds no certificate
                    server.crt | client.crt |             | 2    | --cert is given without --key
                    server.crt |            | client.key  | 2    | --key is given without --cert
                    server.crt | nosuch.crt | client.key  | 4    | does not exist
                    server.crt | client.crt | nosuch.key  | 4    | does not exist
                    server.crt | client.crt | .           | 4    | cannot be read
                    server.crt | client.crt | pkcs1.key   | 4    | openssl pkcs8 -topk8 -nocrypt
                    server.crt | client.crt | sec1.key    | 4    | expected PKCS#8
                    server.crt | client.crt | secret.key  | 4    | is encrypted
                    server.crt | client.crt | garbage.key | 4    | no private key that can be read
                    server.crt | client.crt | cert.key    | 4    | no private key that can be read
                    server.crt | client.crt | rsa.key     | 4    | pass the key that belongs to
                    server.crt | client.crt | open.key    | 8    | chmod 600
                    """)
    void aWrongFileIsNamedWithWhatWasExpected(
            String cacert, String cert, String key, int exit, String says) {
        String[] words = {
            "health",
            "-u=https://127.0.0.1:1",
            "--cacert=" + (cacert == null ? "" : file(cacert)),
            "--cert=" + (cert == null ? "" : file(cert)),
            "--key=" + (key == null ? "" : file(key))
        };

        Cli cli = Cli.run(words);

        assertEquals(exit, cli.exit(), cli.err());
        assertTrue(cli.err().contains(says), cli.err());
    }
}
