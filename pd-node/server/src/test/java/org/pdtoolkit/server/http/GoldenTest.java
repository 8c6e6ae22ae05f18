package org.pdtoolkit.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.server.support.RawHttp;

/**
 * Replays what was recorded of the original against the pages served so far and compares status,
 * content type, the other recorded fields and the body byte for byte.
 */
class GoldenTest {
    private ScriptedCluster cluster;

    /** One recorded request and its answer. */
    private record Case(
            Map<String, String> values, Map<String, String> request, Map<String, String> answer) {
        String get(String key) {
            return values.getOrDefault(key, "");
        }
    }

    @AfterEach
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aFreshNodeAnswersAsRecorded() throws IOException {
        cluster = ScriptedCluster.open("pd1");
        replay("unbootstrapped", 9);
    }

    @Test
    void aSingleNodeAnswersAsRecorded() throws IOException {
        cluster = ScriptedCluster.open("pd1");
        cluster.bootstrap();
        replay("basics", 17);
    }

    @Test
    void followersAnswerOrPassOnAsRecorded() throws IOException {
        cluster = ScriptedCluster.open("pd2", "pd1", "pd3");
        cluster.bootstrap();
        replay("cluster-read", 18);
    }

    @Test
    void prioritiesAndTransfersAnswerAsRecorded() throws IOException {
        cluster = ScriptedCluster.open("pd2", "pd1", "pd3");
        cluster.bootstrap();
        replay("leader-write", 21);
    }

    @Test
    void removalsAnswerAsRecorded() throws IOException {
        cluster = ScriptedCluster.open("pd2", "pd1", "pd3");
        replay("member-delete", 10);
        assertEquals(
                List.of("no priority 12345", "priority pd3 3", "no priority " + id("pd3")),
                cluster.placement("pd1").calls);
    }

    @Test
    void anIdBeyond64BitsIsRefused() throws IOException {
        cluster = ScriptedCluster.open("pd1");
        RawHttp.Answer answer =
                RawHttp.request(
                        cluster.address("pd1"),
                        "DELETE",
                        "/pd/api/v1/members/id/18446744073709551616",
                        Map.of(),
                        "");
        assertEquals(400, answer.status());
        assertEquals(
                "\"strconv.ParseUint: parsing \\\"18446744073709551616\\\": value out of range\"\n",
                answer.body());
    }

    private String id(String name) {
        return cluster.fill("\"<MEMBER_ID:" + name + ">\"");
    }

    private void replay(String scenario, int expectedCases) throws IOException {
        List<Case> cases = read("/golden/" + scenario + ".jsonl");
        assertEquals(expectedCases, cases.size());
        for (Case recorded : cases) {
            RawHttp.Answer answer =
                    RawHttp.request(
                            cluster.address(recorded.get("node")),
                            recorded.get("method"),
                            recorded.get("path"),
                            recorded.request(),
                            recorded.get("request_body"));
            String name = recorded.get("case") + " " + recorded.get("path");
            assertEquals(recorded.get("status"), String.valueOf(answer.status()), name);
            assertEquals(cluster.fill(recorded.get("response_body")), recordable(answer), name);
            recorded.answer()
                    .forEach(
                            (field, value) ->
                                    assertTrue(
                                            value.equalsIgnoreCase(answer.fields().get(field)),
                                            name + " " + field + ": " + answer.fields()));
            if (!recorded.answer().containsKey("content-type")) {
                assertEquals(null, answer.fields().get("content-type"), name);
            }
            assertEquals("*", answer.fields().get("access-control-allow-origin"), name);
            assertEquals(
                    "POST, GET, OPTIONS, PUT, DELETE",
                    answer.fields().get("access-control-allow-methods"),
                    name);
            assertEquals(
                    "accept, content-type, authorization",
                    answer.fields().get("access-control-allow-headers"),
                    name);
        }
    }

    /** The recorded PD stood on an etcd 3.5, whose version page names no storage. */
    private static String recordable(RawHttp.Answer answer) {
        return answer.body().replaceFirst(",\"storage\":\"[^\"]*\"", "");
    }

    private static List<Case> read(String resource) throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream stream = GoldenTest.class.getResourceAsStream(resource);
                Stream<String> lines =
                        new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines()) {
            for (String line : lines.toList()) {
                cases.add(parse(line));
            }
        }
        return cases;
    }

    private static Case parse(String line) throws IOException {
        Map<String, String> values = new TreeMap<>();
        Map<String, String> request = new TreeMap<>();
        Map<String, String> answer = new TreeMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            json.nextToken();
            Map<String, String> into = values;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    into = json.currentName().equals("request_headers") ? request : answer;
                } else if (token == JsonToken.END_OBJECT) {
                    into = values;
                } else if (token != JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    into.put(into == values ? name : name.toLowerCase(Locale.ROOT), json.getText());
                }
            }
        }
        return new Case(values, request, answer);
    }
}
