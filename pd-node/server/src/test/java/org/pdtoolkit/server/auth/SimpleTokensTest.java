package org.pdtoolkit.server.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

class SimpleTokensTest {
    private static final long TTL_SECONDS = 300;

    /** Near the end of the scale: the clock may overflow. */
    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(10);

    private long revision = 5;
    private long waitedFor;
    private final CompletableFuture<Void> applied = new CompletableFuture<>();
    private final SimpleTokens tokens =
            new SimpleTokens(
                    TTL_SECONDS,
                    () -> nanos,
                    () -> revision,
                    () -> 100,
                    index -> {
                        waitedFor = index;
                        return applied;
                    });

    private void login(String user, String token) {
        tokens.onChanged(
                new AuthChange.Login(user, revision, "prefix"),
                new AuthControl.Changed(1, revision, token));
    }

    private void pass(long seconds) {
        nanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    private void assertUnknown(String token) {
        KvException refusal = assertThrows(KvException.class, () -> tokens.recognise(token));
        assertEquals(KvError.INVALID_AUTH_TOKEN, refusal.error());
    }

    @Test
    void aTokenLivesOnWhileItIsUsed() {
        login("alice", "a.7");
        for (int i = 0; i < 5; i++) {
            pass(TTL_SECONDS);
            assertEquals(new Caller("alice", 5), tokens.recognise("a.7"));
        }
        pass(TTL_SECONDS);
        nanos++;
        assertUnknown("a.7");
    }

    @Test
    void itStandsForTheUsersOfToday() {
        login("alice", "a.7");
        revision = 9;
        assertEquals(9, tokens.recognise("a.7").authRevision());
    }

    @Test
    void itEndsWithItsUserItsPasswordAndEverything() {
        for (AuthChange change :
                List.of(
                        new AuthChange.UserDelete("alice"),
                        new AuthChange.UserPassword("alice", "hash"))) {
            login("alice", "a.7");
            login("bob", "b.8");
            tokens.onChanged(change, new AuthControl.Changed(1, 6, ""));
            assertUnknown("a.7");
            assertEquals("bob", tokens.recognise("b.8").user());
        }
        tokens.onChanged(new AuthChange.Disable(), new AuthControl.Changed(1, 7, ""));
        assertUnknown("b.8");
        login("bob", "b.9");
        tokens.onReplaced();
        assertUnknown("b.9");
    }

    @Test
    void otherChangesLeaveItAlone() {
        login("alice", "a.7");
        tokens.onChanged(
                new AuthChange.UserRevokeRole("alice", "r"), new AuthControl.Changed(1, 6, ""));
        assertEquals("alice", tokens.recognise("a.7").user());
    }

    @Test
    void aLoginThatIsNotAppliedHereIsWaitedFor() {
        CompletableFuture<Void> settled = tokens.settled("a.5100");
        assertEquals(5100, waitedFor);
        assertFalse(settled.isDone());
        applied.complete(null);
        assertTrue(settled.isDone());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a",
                "a.b",
                "a.",
                "a.0",
                "a.-5",
                "a.100",
                "a.5101",
                "a.9223372036854775807",
                "a.99999999999999999999",
                "a.1.2"
            })
    void nothingElseIsWaitedFor(String token) {
        assertTrue(tokens.settled(token).isDone());
        assertUnknown(token);
    }

    @Test
    void prefixesAreSixteenLettersAndNeverTheSame() {
        assertTrue(tokens.newPrefix().matches("[a-zA-Z]{16}"));
        assertNotEquals(tokens.newPrefix(), tokens.newPrefix());
    }
}
