package org.pdtoolkit.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.server.support.RawHttp;

/** What the recordings do not show: routing without a leader, etcd's pages, malformed requests. */
class HttpApiTest {
    private static final String REFUSED_NO_LEADER =
            "[PD:apiutil:ErrRedirectNoLeader]redirect finds no leader\n";

    private ScriptedCluster cluster;

    @BeforeEach
    void open() {
        cluster = ScriptedCluster.open("pd2", "pd1");
        cluster.bootstrap();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private RawHttp.Answer get(String node, String target) throws IOException {
        return RawHttp.get(cluster.address(node), target);
    }

    private RawHttp.Answer request(String node, String method, String target, String body)
            throws IOException {
        return RawHttp.request(cluster.address(node), method, target, Map.of(), body);
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            METHOD | PATH                        | STATUS
            HEAD   | /pd/api/v1/members          | 405
            DELETE | /pd/api/v1/leader           | 405
            GET    | /pd/api/v1/leader/resign    | 405
            PUT    | /pd/api/v1/cluster/status   | 200
            GET    | /pd/api/v1/leader/          | 404
            POST   | /pd/api/v1/leader/transfer/ | 404
            GET    | /pd/                        | 404
            GET    | /nosuch                     | 404
            HEAD   | /nosuch                     | 404
            """)
    void methodsAndPathsAreToldApart(String method, String path, int status) throws IOException {
        assertEquals(status, request("pd1", method, path, "").status());
    }

    @Test
    void aWrongMethodHasNeitherBodyNorContentType() throws IOException {
        RawHttp.Answer answer = request("pd1", "DELETE", "/pd/api/v1/leader", "");
        assertEquals("", answer.body());
        assertFalse(answer.fields().containsKey("content-type"));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            TARGET                      | LOCATION
            //pd/api/v1/leader?a=b&c=%20 | /pd/api/v1/leader?a=b&c=%20
            /pd//api/v1/leader/         | /pd/api/v1/leader/
            /pd/../../etc/passwd        | /etc/passwd
            //evil.example/x            | /evil.example/x
            /pd/./ping                  | /pd/ping
            """)
    void uncleanPathsAreRedirectedWithinThisServer(String target, String location)
            throws IOException {
        RawHttp.Answer answer = get("pd1", target);
        assertEquals(307, answer.status());
        assertEquals(location, answer.fields().get("location"));
        assertTrue(answer.body().endsWith("\">Temporary Redirect</a>.\n\n"));
        assertEquals("", request("pd1", "POST", target, "").body());
    }

    @Test
    void namesInPathsAreDecoded() throws IOException {
        RawHttp.Answer answer =
                request("pd1", "POST", "/pd/api/v1/members/name/a%20b+%3C%26", "{}");
        assertEquals(404, answer.status());
        assertEquals("\"not found, pd: a b+\\u003c\\u0026\"\n", answer.body());
        assertEquals(400, request("pd1", "POST", "/pd/api/v1/members/name/%zz", "").status());
    }

    @Test
    void aFollowerPassesWritesOnToTheLeader() throws IOException {
        assertEquals(
                "\"success\"\n",
                request("pd2", "POST", "/pd/api/v1/members/name/pd2", "{\"leader-priority\":-7}")
                        .body());
        assertEquals(List.of("priority pd2 -7"), cluster.placement("pd1").calls);
        assertEquals(List.of(), cluster.placement("pd2").calls);
    }

    @Test
    void twoMembersThatTakeEachOtherForTheLeaderDoNotPassARequestToAndFro() throws IOException {
        cluster.placement("pd1").serving = false;
        cluster.placement("pd1").leader = Optional.of(cluster.placement("pd1").members.get(0));
        RawHttp.Answer answer = get("pd2", "/pd/api/v1/leader");
        assertEquals(500, answer.status());
        assertEquals("[PD:apiutil:ErrRedirectToNotLeader]redirect to not leader\n", answer.body());
    }

    @Test
    void charactersThatUrisForbidSurviveTheWayToTheLeader() throws IOException {
        RawHttp.Answer answer =
                request("pd2", "POST", "/pd/api/v1/members/name/a%20b{|}\"%00%25", "{}");
        assertEquals(404, answer.status());
        assertEquals("\"not found, pd: a b{|}\\\"\\u0000%\"\n", answer.body());
    }

    @Test
    void aRequestThatWasPassedOnAlreadyIsNotPassedOnAgain() throws IOException {
        RawHttp.Answer answer =
                RawHttp.request(
                        cluster.address("pd2"),
                        "GET",
                        "/pd/api/v1/leader",
                        Map.of("PD-Redirector", "pd1"),
                        "");
        assertEquals(500, answer.status());
        assertEquals("[PD:apiutil:ErrRedirectToNotLeader]redirect to not leader\n", answer.body());
        // The leader itself answers it.
        assertEquals(
                200,
                RawHttp.request(
                                cluster.address("pd1"),
                                "GET",
                                "/pd/api/v1/leader",
                                Map.of("PD-Redirector", "pd2"),
                                "")
                        .status());
    }

    @Test
    void withoutALeaderTheFirstApiWaitsThreeSecondsAndTheSecondDoesNot() throws IOException {
        cluster.lead("nobody");
        long start = System.nanoTime();
        RawHttp.Answer second = get("pd2", "/pd/api/v2/keyspaces");
        assertEquals(503, second.status());
        assertEquals("\"[PD:server:ErrLeaderNil]leader is nil\"", second.body());
        assertEquals("application/json; charset=utf-8", second.fields().get("content-type"));
        long afterSecond = System.nanoTime();
        assertTrue(TimeUnit.NANOSECONDS.toMillis(afterSecond - start) < 2_000);
        RawHttp.Answer first = get("pd2", "/pd/api/v1/members");
        assertEquals(503, first.status());
        assertEquals(REFUSED_NO_LEADER, first.body());
        assertEquals("text/plain; charset=utf-8", first.fields().get("content-type"));
        assertTrue(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - afterSecond) >= 3_000);
    }

    @Test
    void aLeaderThatAppearsDuringTheWaitIsAsked() throws Exception {
        cluster.lead("nobody");
        CompletableFuture<RawHttp.Answer> answer =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return get("pd2", "/pd/api/v1/leader");
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        assertEquals(
                200,
                get("pd2", "/pd/api/v1/ping").status(),
                "the waiting request must not block the others");
        cluster.lead("pd1");
        assertEquals(200, answer.get(10, TimeUnit.SECONDS).status());
    }

    @Test
    void aLeaderThatCannotBeReachedIsToldSo() throws IOException {
        cluster.placement("pd2").leader =
                Optional.of(
                        new Member(
                                5, "gone", List.of(), List.of("http://127.0.0.1:1", "x y"), false));
        RawHttp.Answer answer = get("pd2", "/pd/api/v1/members");
        assertEquals(500, answer.status());
        assertEquals("[PD:apiutil:ErrRedirect]redirect failed\n", answer.body());
    }

    @Test
    void whatAMemberSaysOfItselfNeedsNoLeader() throws IOException {
        cluster.lead("nobody");
        for (String path : List.of("ping", "version", "status", "health")) {
            assertEquals(200, get("pd2", "/pd/api/v1/" + path).status(), path);
        }
        RawHttp.Answer members =
                RawHttp.request(
                        cluster.address("pd2"),
                        "GET",
                        "/pd/api/v1/members",
                        Map.of("PD-Allow-follower-handle", "true"),
                        "");
        assertEquals(200, members.status());
        assertFalse(members.body().contains("\"leader\""));
        RawHttp.Answer leader =
                RawHttp.request(
                        cluster.address("pd2"),
                        "GET",
                        "/pd/api/v1/leader",
                        Map.of("PD-Allow-follower-handle", "true"),
                        "");
        assertEquals(503, leader.status());
        assertEquals("\"[PD:server:ErrLeaderNil]leader is nil\"\n", leader.body());
    }

    @Test
    void aMemberThatDoesNotAnswerIsUnhealthy() throws IOException {
        cluster.placement("pd1").members =
                List.of(
                        new Member(3, "up", List.of(), cluster.urls("pd1"), false),
                        new Member(4, "down", List.of(), List.of("http://127.0.0.1:1"), false),
                        new Member(5, "", List.of(), List.of(), false));
        assertEquals(
                """
                [
                  {
                    "name": "up",
                    "member_id": 3,
                    "client_urls": [
                      "%s"
                    ],
                    "health": true
                  },
                  {
                    "name": "down",
                    "member_id": 4,
                    "client_urls": [
                      "http://127.0.0.1:1"
                    ],
                    "health": false
                  },
                  {
                    "name": "",
                    "member_id": 5,
                    "client_urls": null,
                    "health": false
                  }
                ]
                """
                        .formatted(cluster.urls("pd1").get(0)),
                get("pd1", "/pd/api/v1/health").body());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            BODY                                         | STATUS | CALL
            {"leader-priority":2}                        | 200    | priority pd2 2
            {"leader-priority":-5.9}                     | 200    | priority pd2 -5
            {"a":{"leader-priority":9},"b":[1,{}]}       | 200    |
            {"leader-priority":1,"leader-priority":3}    | 200    | priority pd2 3
            {"leader-priority":null}                     | 400    |
            {"leader-priority":1e300}                    | 400    |
            {"leader-priority":{"x":1}}                  | 400    |
            {"leader-priority":2                         | 400    |
            [1]                                          | 400    |
            nonsense                                     | 400    |
            ``                                           | 400    |
            """)
    void leaderPriorityTakesANumberAndNothingElse(String body, int status, String call)
            throws IOException {
        RawHttp.Answer answer = request("pd1", "POST", "/pd/api/v1/members/name/pd2", body);
        assertEquals(status, answer.status(), answer.body());
        assertEquals(call == null ? List.of() : List.of(call), cluster.placement("pd1").calls);
    }

    @Test
    void deeplyNestedJsonIsRefused() throws IOException {
        String nested = "{\"a\":" + "[".repeat(100_000) + "}";
        assertEquals(400, request("pd1", "POST", "/pd/api/v1/members/name/pd2", nested).status());
    }

    @Test
    void failuresOfTheStoreAreAnsweredInItsWords() throws IOException {
        cluster.placement("pd1").failure =
                Optional.of(
                        new PlacementException(
                                PlacementError.STORE, "test", new KvException(KvError.TIMEOUT)));
        RawHttp.Answer answer = request("pd1", "POST", "/pd/api/v1/leader/resign", "");
        assertEquals(500, answer.status());
        assertEquals("\"etcdserver: request timed out\"\n", answer.body());
    }

    @Test
    void etcdHealthNeedsALeaderAndARead() throws IOException {
        RawHttp.Answer healthy = get("pd2", "/health");
        assertEquals(200, healthy.status());
        assertEquals("{\"health\":\"true\",\"reason\":\"\"}", healthy.body());
        assertEquals("text/plain; charset=utf-8", healthy.fields().get("content-type"));
        ScriptedCluster.Node node = cluster.nodes.get("pd2");
        node.consensus.leaderId = 0;
        RawHttp.Answer alone = get("pd2", "/health");
        assertEquals(503, alone.status());
        assertEquals("{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}", alone.body());
        assertEquals(200, get("pd2", "/health?serializable=true").status());
        node.kv.failure = Optional.of(new KvException(KvError.TIMEOUT));
        RawHttp.Answer broken = get("pd2", "/health?exclude=NOSPACE&serializable=true");
        assertEquals(503, broken.status());
        assertEquals(
                "{\"health\":\"false\",\"reason\":\"RANGE ERROR:etcdserver: request timed out\"}",
                broken.body());
        RawHttp.Answer post = request("pd2", "POST", "/health", "x");
        assertEquals(405, post.status());
        assertEquals("Method Not Allowed\n", post.body());
        assertEquals("GET", post.fields().get("allow"));
    }

    @Test
    void metricsAreInPrometheusFormUnderTheOriginalsNames() throws IOException {
        RawHttp.Answer answer = get("pd2", "/metrics");
        assertEquals(200, answer.status());
        assertTrue(answer.fields().get("content-type").startsWith("text/plain; version=0.0.4"));
        for (String line :
                List.of(
                        "# TYPE etcd_server_has_leader gauge",
                        "etcd_server_has_leader 1",
                        "etcd_server_is_leader 1",
                        "etcd_server_leader_changes_seen_total 3",
                        "etcd_server_id{server_id=\"ffffffffffffffff\"} 1",
                        "pd_raft_term 7",
                        "service_member_role{service=\"PD\"} 0")) {
            assertTrue(answer.body().contains(line + "\n"), line);
        }
        String line = "(?:[a-z_]+(?:\\{[^}]*\\})? \\S+|# (?:HELP|TYPE) .+)";
        answer.body().lines().forEach(text -> assertTrue(text.matches(line), text));
        assertTrue(answer.body().contains("\nprocess_resident_memory_bytes "));
        assertTrue(answer.body().contains("\njvm_memory_bytes_used{area=\"heap\"} "));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0001-01-01T00:00:00Z",
        "1700000000000000000, 2023-11-14T22:13:20Z",
        "1700000000120000000, 2023-11-14T22:13:20.12Z",
        "1700000000000000001, 2023-11-14T22:13:20.000000001Z"
    })
    void timesCarryAsManyDigitsAsTheyNeed(long nanos, String text) {
        assertEquals(text, ClusterPages.time(nanos));
    }

    @Test
    void textsAreEscapedAsTheOriginalDoes() {
        assertEquals(
                "\"\\u003c\\u003e\\u0026\\u2028\\u2029\\u001f\\n\\t\\\"\\\\ü☃\"",
                new String(
                        GoJson.compact("<>&\u2028\u2029\u001f\n\t\"\\ü☃"), StandardCharsets.UTF_8));
    }
}
