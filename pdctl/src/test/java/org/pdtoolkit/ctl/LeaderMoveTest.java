package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.ctl.client.Json;

/** Leadership that moves: the commands stay until it has, and say so when it has not. */
class LeaderMoveTest {
    private static final String MEMBERS = "GET /pd/api/v1/members";
    private static final String TO_PD2 = "POST /pd/api/v1/leader/transfer/pd2";
    private static final String RESIGN = "POST /pd/api/v1/leader/resign";

    private final PdServer pd = PdServer.start();

    @AfterEach
    void stop() {
        pd.close();
    }

    private Cli run(String... words) {
        String[] all = new String[words.length + 4];
        System.arraycopy(new String[] {"-u", pd.url(), "member", "leader"}, 0, all, 0, 4);
        System.arraycopy(words, 0, all, 4, words.length);
        return Cli.run(all);
    }

    private long posts() {
        return pd.requests().stream().filter(r -> r.startsWith("POST")).count();
    }

    @Test
    void transferWaitsThroughAnElectionUntilTheMemberLeads() {
        pd.on(MEMBERS, 200, Bodies.members("pd1"))
                .on(MEMBERS, 200, Bodies.members("pd1"))
                .on(MEMBERS, 503, "no leader")
                .on(MEMBERS, 200, Bodies.members(""))
                .on(MEMBERS, 200, Bodies.members("pd2"))
                .on(TO_PD2, 200, "\"The transfer command is submitted.\"\n");

        Cli cli = run("transfer", "pd2");

        assertEquals(0, cli.exit(), cli.err());
        assertEquals("Success!\n", cli.out());
        assertEquals("", cli.err());
        assertEquals(1, posts());
        assertEquals(6, pd.requests().size());
    }

    @Test
    void transferToAnUnknownMemberSendsNothing() {
        pd.on(MEMBERS, 200, Bodies.members("pd1"));

        Cli cli = run("transfer", "pd22");

        assertEquals(3, cli.exit());
        assertTrue(cli.err().contains("no member named 'pd22'; the members are pd1, pd2, pd3"));
        assertTrue(cli.err().contains("did you mean pd2?"), cli.err());
        assertEquals(List.of(MEMBERS), pd.requests());
    }

    @Test
    void transferToTheLeaderIsASuccessWithANote() {
        pd.on(MEMBERS, 200, Bodies.members("pd2"));

        Cli cli = run("transfer", "pd2");

        assertEquals(0, cli.exit());
        assertEquals("Success!\n", cli.out());
        assertEquals("note: pd2 is already the leader\n", cli.err());
        assertEquals(0, posts());
    }

    @Test
    void aTransferThatDoesNotHappenInTimeHasAnUnknownOutcome() {
        pd.on(MEMBERS, 200, Bodies.members("pd1")).on(TO_PD2, 200, "\"ok\"");

        Cli cli = run("transfer", "pd2", "--wait", "120ms");

        assertEquals(5, cli.exit(), cli.err());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains("within 120ms: the leader is pd1"), cli.err());
    }

    @Test
    void noWaitReturnsWhenTheOrderIsTaken() {
        pd.on(MEMBERS, 200, Bodies.members("pd1")).on(TO_PD2, 200, "\"ok\"").on(RESIGN, 200, "");

        assertEquals("Success!\n", run("transfer", "pd2", "--no-wait").out());
        assertEquals("Success!\n", run("resign", "--no-wait").out());
        assertEquals(4, pd.requests().size());
    }

    @Test
    void aRefusedTransferIsAFailure() {
        pd.on(MEMBERS, 200, Bodies.members("pd1"))
                .on(TO_PD2, 500, "\"no valid pd to transfer etcd leader\"\n");

        Cli cli = run("transfer", "pd2");

        assertEquals(1, cli.exit());
        assertTrue(cli.err().contains("[500] no valid pd to transfer etcd leader"), cli.err());
    }

    @Test
    void aHigherPriorityElsewhereIsRemarkedUpon() {
        pd.on(MEMBERS, 200, Bodies.members("pd1", 10, "pd1", "pd2"))
                .on(MEMBERS, 200, Bodies.members("pd2", 10, "pd1", "pd2"))
                .on(TO_PD2, 200, "\"ok\"");

        Cli cli = run("transfer", "pd2", "-o", "json");

        assertEquals(0, cli.exit(), cli.err());
        assertEquals("pd2", Json.text(Json.parse(cli.out()), "leader"));
        assertTrue(cli.err().startsWith("note: pd1 has a higher leader priority (10)"), cli.err());
    }

    @Test
    void resignWaitsForAnotherLeader() {
        pd.on(MEMBERS, 200, Bodies.members("pd1"))
                .on(MEMBERS, 200, Bodies.members("pd1"))
                .on(MEMBERS, 200, Bodies.members("pd3"))
                .on(RESIGN, 200, "\"The resign command is submitted.\"\n");

        Cli cli = run("resign", "-o", "json");

        assertEquals(0, cli.exit(), cli.err());
        assertEquals("pd3", Json.text(Json.parse(cli.out()), "leader"));
        assertEquals("pd1", Json.text(Json.parse(cli.out()), "previous_leader"));
    }

    @Test
    void resignOfASingleMemberSaysThatNothingMoves() {
        pd.on(MEMBERS, 200, Bodies.members("pd1", 0, "pd1")).on(RESIGN, 200, "\"ok\"");

        Cli cli = run("resign");

        assertEquals(0, cli.exit());
        assertEquals("Success!\n", cli.out());
        assertTrue(cli.err().contains("pd1 is the only member"), cli.err());
    }
}
