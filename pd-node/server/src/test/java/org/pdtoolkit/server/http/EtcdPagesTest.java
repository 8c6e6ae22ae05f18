package org.pdtoolkit.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.server.support.RawHttp;

class EtcdPagesTest {
    private final ScriptedCluster cluster = ScriptedCluster.open("pd1");
    private final ScriptedCluster.Node node = cluster.nodes.get("pd1");

    @AfterEach
    void close() {
        cluster.close();
    }

    private RawHttp.Answer get(String target) throws IOException {
        return RawHttp.get(cluster.address("pd1"), target);
    }

    @Test
    void aMemberThatWorksIsLiveAndReady() throws IOException {
        assertEquals("ok\n", get("/livez").body());
        assertEquals("ok\n", get("/readyz").body());
        assertEquals("[+]serializable_read ok\nok\n", get("/livez?verbose").body());
        assertEquals(
                "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n"
                        + "[+]non_learner ok\nok\n",
                get("/readyz?verbose").body());
        assertEquals(
                "[+]linearizable_read ok\nok\n", get("/readyz/linearizable_read?verbose").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/readyz/nosuch", "/livez/data_corruption", "/readyz/", "/livez/"})
    void unknownChecksAreNotFound(String target) throws IOException {
        RawHttp.Answer answer = get(target);
        assertEquals(404, answer.status());
        assertEquals("404 page not found\n", answer.body());
    }

    @Test
    void whatFailsIsNamed() throws IOException {
        node.kv.failure = Optional.of(new KvException(KvError.TIMEOUT));
        RawHttp.Answer live = get("/livez");
        assertEquals(503, live.status());
        assertEquals("[-]serializable_read failed: etcdserver: request timed out\n\n", live.body());
        assertEquals(200, get("/livez?exclude=serializable_read").status());
        assertEquals(503, get("/readyz?exclude=serializable_read").status());
        assertEquals(
                200, get("/readyz?exclude=serializable_read&exclude=linearizable%5Fread").status());
        assertEquals(200, get("/readyz/data_corruption").status());
    }

    @Test
    void anAlarmCountsUnlessItIsExcluded() throws IOException {
        cluster.alarms.add("NOSPACE");
        RawHttp.Answer full = get("/health");
        assertEquals(503, full.status());
        assertEquals("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}", full.body());
        assertEquals(503, get("/health?serializable=true").status());
        assertEquals(200, get("/health?exclude=NOSPACE").status());
        assertEquals(200, get("/readyz").status(), "a full store can be read");
        cluster.alarms.add("CORRUPT");
        assertEquals(
                "{\"health\":\"false\",\"reason\":\"ALARM CORRUPT\"}",
                get("/health?exclude=NOSPACE").body());
        assertEquals(200, get("/health?exclude=NOSPACE&exclude=CORRUPT").status());
        assertEquals(
                "[-]data_corruption failed: alarm activated: CORRUPT\n\n",
                get("/readyz/data_corruption").body());
    }

    @Test
    void onlyGetIsTaken() throws IOException {
        for (String target : new String[] {"/livez", "/readyz", "/readyz/non_learner"}) {
            RawHttp.Answer put =
                    RawHttp.request(cluster.address("pd1"), "PUT", target, Map.of(), "");
            assertEquals(405, put.status());
            assertEquals("GET", put.fields().get("allow"));
        }
    }

    @Test
    void theGatewayGetsWhatIsBelowItsPath() throws IOException {
        assertEquals(418, get("/v3/kv/range").status());
        assertEquals("/v3/", get("/v3").fields().get("location"));
        assertEquals(404, get("/v3alpha/kv/range").status());
    }
}
