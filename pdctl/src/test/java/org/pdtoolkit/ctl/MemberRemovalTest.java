package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.ctl.client.Json;

/** A member that shall go: a person is asked once more, a script is not. */
class MemberRemovalTest {
    private static final String MEMBERS = "GET /pd/api/v1/members";
    private static final String PD3 = "DELETE /pd/api/v1/members/name/pd3";
    private static final String REMOVED = "\"removed, pd: pd3\"\n";

    private final PdServer pd = PdServer.start();

    @AfterEach
    void stop() {
        pd.close();
    }

    /** With a person at the terminal who types these lines. */
    private Cli typing(String lines, String... words) {
        String[] all = new String[words.length + 4];
        System.arraycopy(new String[] {"-u", pd.url(), "member", "delete"}, 0, all, 0, 4);
        System.arraycopy(words, 0, all, 4, words.length);
        return Cli.atTerminal(lines, all);
    }

    private long removals() {
        return pd.requests().stream().filter(r -> r.startsWith("DELETE")).count();
    }

    @Test
    void whoTypesTheNameAgainRemovesTheMember() {
        pd.on(MEMBERS, 200, Bodies.members("pd3")).on(PD3, 200, REMOVED);

        Cli cli = typing("pd3\n", "name", "pd3");

        assertEquals(0, cli.exit(), cli.err());
        assertTrue(
                cli.err().contains("pd3, the leader, will leave the cluster for ever; 2 of 3"),
                cli.err());
        assertEquals(1, removals());
    }

    @Test
    void anyOtherAnswerChangesNothing() {
        pd.on(MEMBERS, 200, Bodies.members("pd1")).on(PD3, 200, REMOVED);

        for (String answer : List.of("yes\n", "\n", "")) {
            Cli cli = typing(answer, "name", "pd3");
            assertEquals(7, cli.exit(), cli.err());
            assertTrue(cli.err().contains("nothing was changed"), cli.err());
        }
        assertEquals(0, removals());
    }

    @Test
    void anUnknownNameIsToldBeforeTheQuestion() {
        pd.on(MEMBERS, 200, Bodies.members("pd1"));

        Cli cli = typing("pd33\n", "name", "pd33");

        assertEquals(3, cli.exit());
        assertTrue(cli.err().contains("did you mean pd3?"), cli.err());
        assertEquals(0, removals());
    }

    @Test
    void yesAndScriptsAreNotAsked() {
        pd.on(PD3, 200, REMOVED);

        assertEquals(0, typing("", "name", "pd3", "--yes").exit());
        Cli script = Cli.script("member delete name pd3 -o json\n", "-u", pd.url());

        assertEquals(0, script.exit(), script.err());
        assertEquals("pd3", Json.text(Json.parse(script.out()), "name"));
        assertEquals(List.of(PD3, PD3), pd.requests());
    }

    @Test
    void idsAreDecimalOrHexadecimal() {
        pd.on("DELETE /pd/api/v1/members/id/17812345678901234561", 200, "\"removed\"\n");

        assertEquals(0, typing("", "id", "17812345678901234561", "--yes").exit());
        assertEquals(0, typing("", "id", "0xf7322a05675f4b81", "--yes").exit());
        assertEquals(2, removals());
    }

    @Test
    void anUnknownNameOfAScriptIsToldWithTheNamesThereAre() {
        pd.on(MEMBERS, 200, Bodies.members("pd1")).on(PD3, 404, "\"not found, pd: pd3\"\n");

        Cli cli = Cli.run("-u", pd.url(), "member", "delete", "name", "pd3");

        assertEquals(3, cli.exit());
        assertTrue(cli.err().contains("there is no member named 'pd3'"), cli.err());
    }
}
