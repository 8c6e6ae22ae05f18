package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.ctl.client.Json;

/** Replays recorded sessions of pd-ctl against an original PD: same words in, same bytes out. */
class GoldenTest {
    static Stream<Recording> recordings() throws IOException {
        try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/pd-ctl.jsonl")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().map(Recording::new).toList().stream();
        }
    }

    /** One line of the file. */
    record Recording(Object tree) {
        Recording(String line) {
            this(Json.parse(line));
        }

        @Override
        public String toString() {
            return Json.text(tree, "case") + " " + Json.list(tree, "argv");
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void printsWhatPdCtlPrints(Recording recording) {
        try (PdServer pd = PdServer.start()) {
            List<String> writes = new ArrayList<>();
            for (Object call : Json.list(recording.tree(), "http")) {
                String method = Json.text(call, "method");
                String path = Json.text(call, "path");
                if (Json.text(call, "status").equals("200")) {
                    pd.on(method + " " + path, 200, filled(Json.text(call, "response_body"), pd));
                }
                if (!method.equals("GET")) {
                    String write = method + " " + path + " " + Json.text(call, "request_body");
                    writes.add(write.strip());
                }
            }
            List<String> argv = new ArrayList<>();
            for (Object word : Json.list(recording.tree(), "argv")) {
                argv.add(address(word.toString(), pd));
            }
            Map<String, String> env = new TreeMap<>(System.getenv());
            if (Json.field(recording.tree(), "env") instanceof Map<?, ?> recorded) {
                recorded.forEach((k, v) -> env.put(k.toString(), address(v.toString(), pd)));
            }

            Cli cli = Cli.run(env, InputStream.nullInputStream(), argv.toArray(String[]::new));

            assertEquals(0, cli.exit(), cli.err());
            String expected = filled(Json.text(recording.tree(), "stdout"), pd);
            if (expected.equals("time: <DURATION>\n")) {
                assertTrue(cli.out().matches("time: [0-9.]+(µs|ms|s)\n"), cli.out());
            } else {
                assertEquals(expected, cli.out());
            }
            assertEquals(writes, pd.requests().stream().filter(r -> !r.startsWith("GET")).toList());
        }
    }

    private static String address(String word, PdServer pd) {
        String nobody = PdServer.nobody();
        String result = word;
        // In the recordings with two addresses the first one was down.
        if (word.contains(",")) {
            result = result.replace("<PD3_URL>", nobody);
        }
        return result.replace("http://127.0.0.1:31999", nobody)
                .replaceAll("<PD._URL>", pd.url())
                .replaceAll("<PD._ADDR>", pd.hostAndPort());
    }

    private static String filled(String text, PdServer pd) {
        return text.replace("\"<CLUSTER_ID>\"", "7312605321862345678")
                .replace("\"<MEMBER_ID:pd1>\"", "17812345678901234561")
                .replace("\"<MEMBER_ID:pd2>\"", "78123456789012345")
                .replace("\"<MEMBER_ID:pd3>\"", "9223372036854775809")
                .replaceAll("<PD._(PEER_)?URL>", pd.url());
    }
}
