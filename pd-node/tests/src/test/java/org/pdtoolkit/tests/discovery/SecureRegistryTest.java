package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.tests.discovery.Asker.PORT;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.support.Certificates;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.Ports;
import org.pdtoolkit.wire.authpb.Permission;
import org.pdtoolkit.wire.authpb.UserAddOptions;
import org.pdtoolkit.wire.etcdserverpb.AuthEnableRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthGrpc;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGrantPermissionRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGrantRoleRequest;

/** A registry behind TLS that wants a certificate, a user and a password. */
class SecureRegistryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOKEN = "t";

    @TempDir private static Path registryDirectory;
    private static TlsFiles papers;
    private static RegistryProcess registry;

    @TempDir Path directory;

    @BeforeAll
    static void startRegistry() throws Exception {
        Certificates certificates = Certificates.issue();
        papers = certificates.files(registryDirectory, true);
        registry = RegistryProcess.secure(registryDirectory, certificates, "--bcrypt-cost=4");
        registry.start();
        registry.size(TOKEN, "1");
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(registry.channel());
        auth.userAdd(user("root"));
        auth.userGrantRole(role("root", "root"));
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("founders").build());
        auth.roleGrantPermission(
                AuthRoleGrantPermissionRequest.newBuilder()
                        .setName("founders")
                        .setPerm(
                                Permission.newBuilder()
                                        .setPermType(Permission.Type.READWRITE)
                                        .setKey(ByteString.copyFromUtf8("/_etcd/registry/"))
                                        .setRangeEnd(ByteString.copyFromUtf8("/_etcd/registry0")))
                        .build());
        auth.userAdd(user("founder"));
        auth.userGrantRole(role("founder", "founders"));
        auth.userAdd(user("stranger"));
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    private static AuthUserAddRequest user(String name) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword("secret")
                .setOptions(UserAddOptions.getDefaultInstance())
                .build();
    }

    private static AuthUserGrantRoleRequest role(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    /** Flags of who shows a certificate of one authority and trusts another one. */
    private static List<String> flags(String endpoint, TlsFiles shows, TlsFiles trusts) {
        return List.of(
                "--discovery-endpoints=" + endpoint,
                "--discovery-token=" + TOKEN,
                "--discovery-cert=" + shows.certificate(),
                "--discovery-key=" + shows.key(),
                "--discovery-cacert=" + trusts.authority().orElseThrow());
    }

    private Asker asker(String endpoint) {
        return new Asker(directory, flags(endpoint, papers, papers).toArray(String[]::new));
    }

    private static String url() {
        return "https://" + registry.address();
    }

    @Test
    void aFounderWithTheRightPapersIsLetIn() {
        try (Asker asker = asker(url())) {
            assertFound(asker, "--discovery-user=founder:secret");
            assertFound(asker, "--discovery-user=founder", "--discovery-password=secret");
        }
        try (Asker asker = asker(registry.address())) {
            assertFound(
                    asker,
                    "--discovery-user=founder:secret",
                    "--discovery-insecure-transport=false");
        }
    }

    private static void assertFound(Asker asker, String... flags) {
        assertEquals(Set.of("m1"), asker.ask("m1", PORT, flags).members().keySet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    founder:wrong   | authentication failed, invalid user ID or password
                    nobody:secret   | authentication failed, invalid user ID or password
                    stranger:secret | permission denied
                    ''              | user name is empty
                    """)
    void othersAreRefusedInEtcdsWords(String login, String because) {
        try (Asker asker = asker(url())) {
            String reason =
                    login.isEmpty()
                            ? asker.refusal("m1", PORT)
                            : asker.refusal("m1", PORT, "--discovery-user=" + login);
            assertTrue(
                    reason.startsWith(
                            "failed to join discovery cluster (etcdserver: " + because + ")"),
                    reason);
            assertTrue(reason.contains("--discovery-user"), reason);
            assertTrue(!reason.contains("secret") && !reason.contains("wrong"), reason);
        }
    }

    /** It may be the registry that is mistaken, and put right: so nobody gives up, but says why. */
    @Test
    void whoTrustsAnotherAuthoritySaysSoAndGoesOnTrying() throws Exception {
        TlsFiles other = Certificates.issue().files(directory, true);
        goesOnTrying(flags(url(), papers, other), "PKIX path");
    }

    @Test
    void whoShowsACertificateOfAnotherAuthoritySaysThatItWasRefused() throws Exception {
        TlsFiles other = Certificates.issue().files(directory, true);
        goesOnTrying(flags(url(), other, papers), "certificate");
    }

    private void goesOnTrying(List<String> flags, String because) {
        NodeProcess node = node("m1", flags);
        try (node) {
            node.start();
            awaitOutput(node, because);
            assertTrue(node.isAlive());
        }
    }

    private NodeProcess node(String name, List<String> more) {
        int port = Ports.free(2);
        List<String> flags = new ArrayList<>(more);
        flags.add("--name=" + name);
        flags.add("--data-dir=" + directory.resolve(name));
        flags.add("--client-urls=http://127.0.0.1:" + port);
        flags.add("--peer-urls=http://127.0.0.1:" + (port + 1));
        return new NodeProcess(name, flags, directory.resolve(name + ".log"));
    }

    private static void awaitOutput(NodeProcess node, String text) {
        LocalCluster.await(text, PATIENCE, () -> node.output().contains(text) || !node.isAlive());
        assertTrue(node.output().contains(text), node.output());
    }
}
