package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.tests.discovery.Asker.PORT;
import static org.pdtoolkit.tests.discovery.Asker.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.server.discovery.ClusterFullException;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.tests.discovery.KeysApiStub.Trouble;

/** Founders that know only a token URL. */
class TokenUrlTest {
    @TempDir Path directory;
    private final KeysApiStub registry = new KeysApiStub();
    private Asker asker;

    @BeforeEach
    void prepare() {
        asker =
                new Asker(
                        directory, "--discovery=" + registry.url("t"), "--discovery-fallback=exit");
    }

    @AfterEach
    void close() {
        asker.close();
        registry.close();
    }

    @Test
    void theFirstThreeFindEachOtherAndTheFourthFindsThemComplete() throws Exception {
        registry.put("/t/_config/size", "3");
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
            assertEquals(
                    new InitialCluster(expected, registry.url("t").toString()), within(answer));
        }
        ClusterFullException full =
                assertThrows(ClusterFullException.class, () -> asker.ask("m4", PORT + 4));
        assertTrue(full.getMessage().contains("(discovery: cluster is full)"), full.getMessage());
        assertEquals(expected, full.founders());
        assertEquals(3, registry.texts("t").size());
    }

    @Test
    void whoLooksOnTakesNoPlaceAndWaitsForTheLast() throws Exception {
        registry.put("/t/_config/size", "2");
        registry.signedIn("t", List.of("m1=http://127.0.0.1:1"));
        Future<List<String>> looking = asker.lookingOn();
        registry.signedIn("t", List.of("m2=http://127.0.0.1:2", "m3=http://127.0.0.1:3"));
        assertEquals(List.of("http://127.0.0.1:1", "http://127.0.0.1:2"), within(looking));
        assertEquals(3, registry.texts("t").size());
    }

    @Test
    void thoseWhoComeTooLateAreNoFounders() throws Exception {
        registry.put("/t/_config/size", "3");
        registry.signedIn("t", List.of("m1=http://127.0.0.1:1"));
        Future<InitialCluster> asking = asker.asking("m2", PORT);
        registry.awaitSignedIn("t", 2);
        registry.signedIn("t", List.of("m3=http://127.0.0.1:3", "m4=http://127.0.0.1:4"));
        assertEquals(Set.of("m1", "m2", "m3"), within(asking).members().keySet());
    }

    @Test
    void aMissingSizeIsRefused() {
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("(discovery: size key not found)"), reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "0", "-1", "", "99999999999"})
    void aBadSizeIsRefused(String size) {
        registry.put("/t/_config/size", size);
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("(discovery: size key is bad)"), reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    m1=http://h:1                | found duplicate name
                    m2=nowhere                   | invalid peer URL
                    m2                           | invalid peer URL
                    m2=http://127.0.0.1:20001    | has duplicate url
                    """)
    void nobodyIsFoundedWithWhatIsWrongInTheRegistry(String other, String because) {
        registry.put("/t/_config/size", "2");
        registry.signedIn("t", List.of(other));
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("failed to join discovery cluster (discovery"), reason);
        assertTrue(reason.contains(because), reason);
    }

    @Test
    void anIdThatHasSignedInBeforeIsRefused() throws Exception {
        registry.put("/t/_config/size", "1");
        within(asker.asking("m1", PORT));
        for (String name : List.of("m1", "other")) {
            String reason = asker.refusal(name, PORT);
            assertTrue(reason.contains("(discovery: found duplicate id)"), reason);
        }
        assertEquals(List.of("m1=http://127.0.0.1:" + PORT), registry.texts("t"));
    }

    @Test
    void whatIsNoRegistryIsRefused() {
        registry.trouble(Trouble.NOT_JSON);
        String reason = asker.refusal("m1", PORT);
        assertTrue(reason.contains("(discovery: bad discovery endpoint)"), reason);
    }

    @Test
    void aRegistryThatIsDownIsAskedUntilItIsUp() throws Exception {
        registry.put("/t/_config/size", "1");
        registry.trouble(Trouble.UNAVAILABLE);
        Future<InitialCluster> asking = asker.asking("m1", PORT);
        registry.awaitTroubled();
        registry.trouble(Trouble.NONE);
        assertEquals(Set.of("m1"), within(asking).members().keySet());
    }

    @Test
    void aLostAnswerToTheOwnSigningInIsNoDuplicate() throws Exception {
        registry.put("/t/_config/size", "1");
        registry.trouble(Trouble.LOST_ANSWER);
        assertEquals(Set.of("m1"), within(asker.asking("m1", PORT)).members().keySet());
    }

    @Test
    void theWayMayLeadThroughAProxy() {
        registry.put("/t/_config/size", "1");
        try (Asker far =
                new Asker(
                        directory,
                        "--discovery=http://registry.invalid/t",
                        "--discovery-proxy=" + registry.address())) {
            assertEquals(Set.of("m1"), far.ask("m1", PORT).members().keySet());
        }
    }
}
