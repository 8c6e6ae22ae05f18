package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** What the answers of a PD, good and bad, become on the user's side. */
class AnswersTest {
    private final PdServer pd = PdServer.start();

    @AfterEach
    void stop() {
        pd.close();
    }

    @ParameterizedTest
    @CsvFileSource(
            resources = "/tables/refusals.csv",
            useHeadersInDisplayName = true,
            delimiter = '|')
    void aRefusalBecomesItsExitCode(int status, String body, int exit, String says) {
        pd.on("GET /pd/api/v1/leader", status, body == null ? "" : body);

        Cli cli = Cli.run("-u", pd.url(), "member", "leader", "show");

        assertEquals(exit, cli.exit(), cli.err());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains(says), cli.err());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    LINE                           | EXIT
                    member                         | 4
                    member leader show             | 4
                    member leader transfer pd1     | 4
                    member leader resign           | 4
                    member leader_priority pd1 1   | 4
                    health                         | 4
                    ping                           | 4
                    cluster                        | 4
                    cluster status                 | 4
                    __members                      | 4
                    tso 1                          | 0
                    version                        | 0
                    -V                             | 0
                    help                           | 0
                    member --help                  | 0
                    completion bash                | 0
                    completion zsh                 | 0
                    exit                           | 0
                    """)
    void withNobodyListeningOnlyLocalCommandsSucceed(String line, int exit) {
        String[] words = ("-u " + PdServer.nobody() + " " + line).split(" ");

        Cli cli = Cli.run(words);

        assertEquals(exit, cli.exit(), cli.err());
        assertEquals(exit == 4, cli.err().contains("connection refused"), cli.err());
        assertEquals(exit == 4 || line.equals("exit"), cli.out().isEmpty(), cli.out());
    }

    @Test
    void aReadGoesOnToTheNextAddress() {
        pd.on("GET /pd/api/v1/health", 503, "no leader here")
                .on("GET /pd/api/v1/health", 200, "[]");
        String all = PdServer.nobody() + "," + pd.url() + "," + pd.url();

        Cli cli = Cli.run("-u", all, "health");

        assertEquals(0, cli.exit(), cli.err());
        assertEquals("[]\n", cli.out());
    }

    @Test
    void aReadThatIsRefusedForGoodIsNotRepeated() {
        pd.on("GET /pd/api/v1/health", 404, "\"gone\"");

        Cli cli = Cli.run("-u", pd.url() + "," + pd.url(), "health");

        assertEquals(3, cli.exit());
        assertEquals(1, pd.requests().size());
    }

    @Test
    void allAddressesAreNamedWhenNoneAnswers() {
        String first = PdServer.nobody();
        String second = PdServer.nobody();

        Cli cli = Cli.run("-u", first + "," + second, "health");

        assertEquals(4, cli.exit());
        assertTrue(cli.err().contains(first) && cli.err().contains(second), cli.err());
    }

    @Test
    void aWriteThatWasSentIsNeverSentAgain() {
        String write = "POST /pd/api/v1/members/name/pd1";
        pd.breakOff(write);

        Cli cli = Cli.run("-u", pd.url() + "," + pd.url(), "member", "leader_priority", "pd1", "3");

        assertEquals(5, cli.exit(), cli.err());
        assertTrue(cli.err().contains("may have taken effect"), cli.err());
        assertEquals(List.of(write + " {\"leader-priority\":3}"), pd.requests());
    }

    @Test
    void aRefusedWriteIsNotTriedElsewhere() {
        pd.on("POST /pd/api/v1/members/name/pd1", 503, "no leader");

        Cli cli = Cli.run("-u", pd.url() + "," + pd.url(), "member", "leader_priority", "pd1", "3");

        assertEquals(6, cli.exit(), cli.err());
        assertEquals(1, pd.requests().size());
    }

    @Test
    void aWriteMayStartAtTheNextAddressWhenNothingWasSent() {
        pd.on("POST /pd/api/v1/members/name/pd1", 200, "\"success\"\n");
        String all = PdServer.nobody() + "," + pd.url();

        Cli cli = Cli.run("-u", all, "member", "leader_priority", "pd1", "-3");

        assertEquals(0, cli.exit(), cli.err());
        assertEquals("Success!\n", cli.out());
        assertEquals(
                List.of("POST /pd/api/v1/members/name/pd1 {\"leader-priority\":-3}"),
                pd.requests());
    }

    @Test
    void silenceEndsWithTheTimeLimit() {
        pd.stall("GET /pd/api/v1/health").stall("POST /pd/api/v1/members/name/pd1");

        Cli read = Cli.run("-u", pd.url(), "--timeout", "200ms", "health");
        Cli write =
                Cli.run("-u", pd.url(), "--timeout=200ms", "member", "leader_priority", "pd1", "1");

        assertEquals(5, read.exit(), read.err());
        assertTrue(read.err().contains("did not answer within the time limit"), read.err());
        assertFalse(read.err().contains("may have taken effect"), read.err());
        assertEquals(5, write.exit(), write.err());
        assertTrue(write.err().contains("may have taken effect"), write.err());
    }

    @Test
    void anUnknownMemberIsAnsweredWithTheKnownOnes() {
        pd.on("GET /pd/api/v1/members", 200, Bodies.members("pd1"))
                .on("POST /pd/api/v1/members/name/pd4", 404, "\"not found, pd: pd4\"\n");

        Cli cli = Cli.run("-u", pd.url(), "member", "leader_priority", "pd4", "1");

        assertEquals(3, cli.exit(), cli.err());
        assertTrue(cli.err().contains("the members are pd1, pd2, pd3"), cli.err());
    }

    @Test
    void fractionsOfAPriorityAreRemarkedUpon() {
        pd.on("POST /pd/api/v1/members/name/a%20b%2Fc", 200, "\"success\"\n");

        Cli cli = Cli.run("-u", pd.url(), "member", "leader_priority", "a b/c", "5.9");

        assertEquals(0, cli.exit(), cli.err());
        assertEquals("Success!\n", cli.out());
        assertEquals("note: PD keeps whole numbers: the priority is now 5\n", cli.err());
    }

    @Test
    void explicitAddressBeatsTheEnvironment() {
        pd.on("GET /pd/api/v1/health", 200, "[]");
        Map<String, String> wrong = Map.of("PD_ADDR", PdServer.nobody());
        Map<String, String> both = Map.of("PD_ADDR", PdServer.nobody(), "PDCTL_PD", pd.url());

        assertEquals(0, Cli.run(wrong, System.in, "health", "-u", pd.url()).exit());
        assertEquals(0, Cli.run(wrong, System.in, "-u", pd.hostAndPort(), "health").exit());
        assertEquals(0, Cli.run(both, System.in, "health").exit());
        assertEquals(4, Cli.run(wrong, System.in, "health").exit());
        assertEquals(
                0,
                Cli.run(Map.of("PD_ADDR", "pd://" + pd.hostAndPort()), System.in, "health").exit());
    }

    @Test
    void theLastOfTwoFlagsCounts() {
        pd.on("GET /pd/api/v1/health", 200, "[]");

        Cli cli = Cli.run("-u", PdServer.nobody(), "health", "--pd=" + pd.url());

        assertEquals(0, cli.exit(), cli.err());
    }

    @Test
    void anAnswerThatIsNoJsonIsShownRawAndRefusedElse() {
        pd.on("GET /pd/api/v1/members", 200, "<html>");

        assertEquals("<html>\n", Cli.run("-u", pd.url(), "member").out());
        for (String format : List.of("json", "table")) {
            Cli cli = Cli.run("-u", pd.url(), "member", "-o", format);
            assertEquals(1, cli.exit());
            assertTrue(cli.err().contains("not the JSON that PD sends"), cli.err());
        }
    }
}
