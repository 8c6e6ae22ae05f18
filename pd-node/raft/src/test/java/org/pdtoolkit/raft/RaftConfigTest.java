package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node refuses to be built with, and in which words. */
class RaftConfigTest {
    private static Arguments refused(String message, UnaryOperator<RaftConfig.Builder> options) {
        return Arguments.of(message, options);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                refused("heartbeatTicks is 0, must be at least 1", o -> o.heartbeatTicks(0)),
                refused("electionTicks is 1, must be at least 2", o -> o.electionTicks(1)),
                refused(
                        "electionTicks is 5, must be at least 6",
                        o -> o.electionTicks(5).heartbeatTicks(5)),
                refused(
                        "electionTicks is 2147483647, must be at most 536870912",
                        o -> o.electionTicks(Integer.MAX_VALUE)),
                refused(
                        "maxBytesPerMessage is -1, must be at least 0",
                        o -> o.maxBytesPerMessage(-1)),
                refused(
                        "maxInflightMessages is 0, must be at least 1",
                        o -> o.maxInflightMessages(0)),
                refused(
                        "maxInflightBytes is 99, must be at least 100",
                        o -> o.maxBytesPerMessage(100).maxInflightBytes(99)),
                refused("applied is -1, must be at least 0", o -> o.applied(-1)),
                refused(
                        "readOnlyOption is LEASE_BASED, which needs checkQuorum true",
                        o -> o.readOnlyOption(ReadOnlyOption.LEASE_BASED).checkQuorum(false)));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void namesFieldValueAndBound(String message, UnaryOperator<RaftConfig.Builder> options) {
        RaftConfig.Builder builder = options.apply(RaftConfig.builder(1, new MemoryStorage()));
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Message.APPEND_THREAD, Message.APPLY_THREAD})
    void reservedIdsAreRefused(long id) {
        RaftConfig.Builder builder = RaftConfig.builder(id, new MemoryStorage());
        assertThrows(IllegalArgumentException.class, builder::build);
    }

    @Test
    void defaultsAreThoseOfTheServer() {
        RaftConfig config = RaftConfig.builder(1, new MemoryStorage()).build();
        assertEquals(10, config.electionTicks());
        assertEquals(1, config.heartbeatTicks());
        assertEquals(1 << 20, config.maxBytesPerMessage());
        assertEquals(1 << 20, config.committedBytesMax());
        assertEquals(256, config.maxInflightMessages());
        assertEquals(true, config.checkQuorum());
        assertEquals(true, config.preVote());
        assertEquals(ReadOnlyOption.SAFE, config.readOnlyOption());
    }
}
