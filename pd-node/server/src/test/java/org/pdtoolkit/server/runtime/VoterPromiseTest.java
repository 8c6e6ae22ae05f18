package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;

class VoterPromiseTest {
    private static final long TIMEOUT = 1_000;
    private static final int TICKS = 10;

    /** That many ticks at one instant; none of them may bring anything back. */
    private static void ticks(VoterPromise promise, int count, long now) {
        for (int i = 0; i < count; i++) {
            assertEquals(List.of(), promise.tick(now));
        }
    }

    private static Message message(MessageType type) {
        return Message.builder(type).from(2).to(1).term(7).build();
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            TYPE      | AGE  | ADMITTED
            VOTE      | 0    | false
            VOTE      | 999  | false
            VOTE      | 1000 | true
            PRE_VOTE  | 999  | false
            PRE_VOTE  | 1000 | true
            # everything else passes at any time
            HEARTBEAT | 0    | true
            APP_RESP  | 0    | true
            VOTE_RESP | 0    | true
            """)
    void withholdsVoteRequestsForOneTimeout(MessageType type, long age, boolean admitted) {
        VoterPromise promise = new VoterPromise(TIMEOUT, TICKS);
        promise.heard(50);
        ticks(promise, TICKS, 50);
        assertEquals(admitted, promise.admits(message(type), 50 + age));
    }

    @Test
    void aMemberThatNeverHeardOfALeaderVotesAtOnce() {
        assertTrue(new VoterPromise(TIMEOUT, TICKS).admits(message(MessageType.VOTE), 0));
    }

    @Test
    void theMarkOfATransferPasses() {
        VoterPromise promise = new VoterPromise(TIMEOUT, TICKS);
        promise.heard(0);
        Message marked =
                message(MessageType.VOTE).toBuilder()
                        .context(
                                "CampaignTransfer"
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        .build();
        assertTrue(promise.admits(marked, 1));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            TYPE      | LEADER | TERM | COUNTS
            HEARTBEAT | 2      | 7    | true
            APP       | 2      | 7    | true
            SNAP      | 2      | 7    | true
            # an old leader, or nobody, or an answer
            HEARTBEAT | 3      | 7    | false
            HEARTBEAT | 2      | 8    | false
            APP_RESP  | 2      | 7    | false
            """)
    void onlyTheCurrentLeaderRenewsIt(MessageType type, long leader, long term, boolean counts) {
        assertEquals(counts, VoterPromise.fromLeader(message(type), leader, term));
    }

    @Test
    void hearingAgainStartsTheTimeAgain() {
        VoterPromise promise = new VoterPromise(TIMEOUT, TICKS);
        promise.heard(0);
        promise.heard(900);
        assertFalse(promise.admits(message(MessageType.VOTE), 1_500));
    }

    @Test
    void anEarlyRequestIsAnsweredWhenTimeAndTicksAreOver() {
        VoterPromise promise = new VoterPromise(TIMEOUT, TICKS);
        promise.heard(0);
        Message early = message(MessageType.PRE_VOTE);
        assertFalse(promise.admits(early, 900));
        ticks(promise, TICKS, 999);
        assertEquals(List.of(early), promise.tick(1_000));
        assertEquals(List.of(), promise.tick(1_100));
    }

    @Test
    void timeAloneIsNotEnoughForTheCore() {
        VoterPromise promise = new VoterPromise(TIMEOUT, TICKS);
        promise.heard(0);
        ticks(promise, TICKS - 2, 900);
        Message early = message(MessageType.PRE_VOTE);
        assertFalse(promise.admits(early, 1_000));
        assertEquals(List.of(), promise.tick(1_001));
        assertEquals(List.of(early), promise.tick(1_101));
    }

    @Test
    void aLeaderThatSpeaksAgainVoidsWhatWasWithheld() {
        VoterPromise promise = new VoterPromise(TIMEOUT, TICKS);
        promise.heard(0);
        promise.admits(message(MessageType.PRE_VOTE), 900);
        promise.heard(950);
        ticks(promise, 2 * TICKS, 10_000);
    }
}
