package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.tests.discovery.Asker.PORT;
import static org.pdtoolkit.tests.discovery.Asker.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.server.discovery.ClusterFullException;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.Ports;

/** Founders that find each other in the keys of a running node. */
class EtcdRegistryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir private static Path registryDirectory;
    private static RegistryProcess registry;

    @TempDir Path directory;
    private String token;
    private Asker asker;

    @BeforeAll
    static void startRegistry() {
        registry = RegistryProcess.plain(registryDirectory);
        registry.start();
    }

    @AfterAll
    static void stopRegistry() {
        registry.close();
    }

    @BeforeEach
    void prepare(TestInfo test) {
        token = test.getTestMethod().orElseThrow().getName() + test.getDisplayName().hashCode();
        asker =
                new Asker(
                        directory,
                        "--discovery-endpoints=" + registry.address(),
                        "--discovery-token=" + token);
    }

    @AfterEach
    void close() {
        asker.close();
    }

    private void size(String text) {
        registry.size(token, text);
    }

    private void signedIn(String id, String text) {
        registry.signedIn(token, id, text);
    }

    private List<String> members() {
        return registry.members(token);
    }

    @Test
    void theFirstThreeFindEachOtherAndTheFourthIsRefused() throws Exception {
        size("3");
        List<Future<InitialCluster>> asking = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            asking.add(asker.asking("m" + i, PORT + i));
        }
        Map<String, List<String>> expected =
                Map.of(
                        "m1", List.of("http://127.0.0.1:" + (PORT + 1)),
                        "m2", List.of("http://127.0.0.1:" + (PORT + 2)),
                        "m3", List.of("http://127.0.0.1:" + (PORT + 3)));
        for (Future<InitialCluster> answer : asking) {
            assertEquals(new InitialCluster(expected, token), within(answer));
        }
        ClusterFullException full =
                assertThrows(ClusterFullException.class, () -> asker.ask("m4", PORT + 4));
        assertTrue(full.getMessage().contains("(discovery: cluster is full)"), full.getMessage());
        assertEquals(3, members().size());
        assertEquals(
                new InitialCluster(expected, token),
                asker.ask("m2", PORT + 2),
                "who has signed in and lost nothing but its process is let in again");
    }

    @Test
    void thoseWhoComeTooLateAreNoFounders() throws Exception {
        size("3");
        signedIn("fff1", "m1=http://127.0.0.1:1");
        Future<InitialCluster> asking = asker.asking("m2", PORT);
        LocalCluster.await("signing in", PATIENCE, () -> members().size() == 2);
        signedIn("fff4", "m3=http://127.0.0.1:3");
        signedIn("fff3", "m4=http://127.0.0.1:4");
        assertEquals(Set.of("m1", "m2", "m3"), within(asking).members().keySet());
    }

    @Test
    void aMissingSizeIsRefused() {
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("(discovery: size key not found)"), reason);
        assertEquals(List.of(), members());
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "0", "-1", "99999999999"})
    void aBadSizeIsRefused(String size) {
        size(size);
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("(discovery: size key is bad)"), reason);
        assertEquals(List.of(), members());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    m1=http://h:1                | found duplicate name
                    m2=nowhere                   | invalid peer URL
                    m2=http://127.0.0.1:20001    | has duplicate url
                    """)
    void nobodyIsFoundedWithWhatIsWrongInTheRegistry(String other, String because) {
        size("2");
        signedIn("fff1", other);
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("failed to join discovery cluster (discovery"), reason);
        assertTrue(reason.contains(because), reason);
    }

    @Test
    void anIdThatAnotherNameHasTakenIsRefused() throws Exception {
        size("1");
        within(asker.asking("m1", PORT));
        String reason = asker.refusal("other", PORT);
        assertTrue(reason.contains("(discovery: found duplicate id)"), reason);
        assertEquals(List.of("m1=http://127.0.0.1:" + PORT), members());
    }

    @Test
    void anEndpointThatIsDownIsAskedUntilItIsUp() throws Exception {
        size("2");
        Future<InitialCluster> asking = asker.asking("m1", PORT);
        LocalCluster.await("signing in", PATIENCE, () -> members().size() == 1);
        registry.kill();
        registry.start();
        signedIn("fff2", "m2=http://127.0.0.1:2");
        assertEquals(Set.of("m1", "m2"), within(asking).members().keySet());
    }

    @Test
    void anEndpointThatAnswersStandsInForOneThatDoesNot() {
        size("1");
        String endpoints =
                "--discovery-endpoints=127.0.0.1:"
                        + Ports.free(1)
                        + ",http://"
                        + registry.address();
        try (Asker careful = new Asker(directory, endpoints, "--discovery-token=" + token)) {
            assertEquals(Set.of("m1"), careful.ask("m1", PORT).members().keySet());
        }
    }
}
