package org.pdtoolkit.raft;

import java.util.Objects;

/**
 * Everything a node is told once.
 *
 * @param id unsigned; neither 0 nor one of the two storage thread ids
 * @param electionTicks a follower campaigns after this many to twice as many silent ticks; ten
 *     times {@code heartbeatTicks} is good
 * @param heartbeatTicks a leader sends a heartbeat every so many ticks; at least 1
 * @param maxBytesPerMessage encoded bytes of entries in one message; 0 = one entry at a time
 * @param maxCommittedBytesPerReady encoded bytes handed out and not yet reported applied; 0 = as
 *     {@code maxBytesPerMessage}
 * @param maxUncommittedBytes payload bytes in the leader's uncommitted tail; 0 = no limit
 * @param maxInflightMessages unacknowledged appends to one peer; at least 1
 * @param maxInflightBytes payload bytes of those; 0 = no limit, else at least {@code
 *     maxBytesPerMessage}
 * @param checkQuorum a leader without contact to a quorum steps down; followers that hear a leader
 *     ignore candidates
 * @param preVote campaigns ask first whether they could be won
 * @param applied last applied index, on restart; 0 = unknown, entries may be applied twice
 * @param disableProposalForwarding followers drop proposals instead of sending them to the leader
 * @param disableConfChangeValidation the application checks membership changes itself
 * @param stepDownOnRemoval a leader that is removed or demoted becomes a follower at once
 * @param asyncStorageWrites storage threads are told by message what to do; {@code advance} is not
 *     used
 * @param commitByVote a voter that rejects a candidate says what it knows to be committed; without
 *     it those who miss the news of a membership change can be unable to elect a leader (raft-rs)
 * @param random draws election timeouts
 * @param verify checks the whole state after every call; slow, on in tests
 */
public record RaftConfig(
        long id,
        RaftStorage storage,
        int electionTicks,
        int heartbeatTicks,
        long maxBytesPerMessage,
        long maxCommittedBytesPerReady,
        long maxUncommittedBytes,
        int maxInflightMessages,
        long maxInflightBytes,
        boolean checkQuorum,
        boolean preVote,
        ReadOnlyOption readOnlyOption,
        long applied,
        boolean disableProposalForwarding,
        boolean disableConfChangeValidation,
        boolean stepDownOnRemoval,
        boolean asyncStorageWrites,
        boolean commitByVote,
        RandomSource random,
        boolean verify) {
    /** For limits in bytes. */
    public static final long NO_LIMIT = Long.MAX_VALUE;

    public RaftConfig {
        Objects.requireNonNull(storage, "storage");
        Objects.requireNonNull(readOnlyOption, "readOnlyOption");
        Objects.requireNonNull(random, "random");
        if (id == 0 || Message.isStorageThread(id)) {
            throw new IllegalArgumentException(
                    "id is "
                            + Long.toUnsignedString(id)
                            + ", must be neither 0 nor reserved for a storage thread");
        }
        atLeast("heartbeatTicks", heartbeatTicks, 1);
        atLeast("electionTicks", electionTicks, heartbeatTicks + 1L);
        // Twice the timeout must still be an int.
        atMost("electionTicks", electionTicks, 1 << 29);
        atLeast("maxBytesPerMessage", maxBytesPerMessage, 0);
        atLeast("maxCommittedBytesPerReady", maxCommittedBytesPerReady, 0);
        atLeast("maxUncommittedBytes", maxUncommittedBytes, 0);
        atLeast("maxInflightMessages", maxInflightMessages, 1);
        if (maxInflightBytes != 0) {
            atLeast("maxInflightBytes", maxInflightBytes, maxBytesPerMessage);
        }
        atLeast("maxInflightBytes", maxInflightBytes, 0);
        atLeast("applied", applied, 0);
        if (readOnlyOption == ReadOnlyOption.LEASE_BASED && !checkQuorum) {
            throw new IllegalArgumentException(
                    "readOnlyOption is LEASE_BASED, which needs checkQuorum true");
        }
    }

    private static void atLeast(String field, long value, long bound) {
        if (value < bound) {
            throw new IllegalArgumentException(
                    field + " is " + value + ", must be at least " + bound);
        }
    }

    private static void atMost(String field, long value, long bound) {
        if (value > bound) {
            throw new IllegalArgumentException(
                    field + " is " + value + ", must be at most " + bound);
        }
    }

    long committedBytesMax() {
        long bytes =
                maxCommittedBytesPerReady == 0 ? maxBytesPerMessage : maxCommittedBytesPerReady;
        // A limit of 0 would never let anything be handed out; 1 means one entry at a time.
        return Math.max(bytes, 1);
    }

    /** A configuration with the defaults named at the fields of {@link Builder}. */
    public static Builder builder(long id, RaftStorage storage) {
        return new Builder(id, storage);
    }

    /** Collects a configuration; {@link #build} checks it. */
    public static final class Builder {
        private final long id;
        private final RaftStorage storage;
        private int electionTicks = 10;
        private int heartbeatTicks = 1;
        private long maxBytesPerMessage = 1 << 20;
        private long maxCommittedBytesPerReady;
        private long maxUncommittedBytes;
        private int maxInflightMessages = 256;
        private long maxInflightBytes;
        private boolean checkQuorum = true;
        private boolean preVote = true;
        private ReadOnlyOption readOnlyOption = ReadOnlyOption.SAFE;
        private long applied;
        private boolean disableProposalForwarding;
        private boolean disableConfChangeValidation;
        private boolean stepDownOnRemoval;
        private boolean asyncStorageWrites;
        private boolean commitByVote;
        private RandomSource random;
        private boolean verify;

        private Builder(long id, RaftStorage storage) {
            this.id = id;
            this.storage = storage;
            random = RandomSource.seeded(id);
        }

        public Builder electionTicks(int value) {
            electionTicks = value;
            return this;
        }

        public Builder heartbeatTicks(int value) {
            heartbeatTicks = value;
            return this;
        }

        public Builder maxBytesPerMessage(long value) {
            maxBytesPerMessage = value;
            return this;
        }

        public Builder maxCommittedBytesPerReady(long value) {
            maxCommittedBytesPerReady = value;
            return this;
        }

        public Builder maxUncommittedBytes(long value) {
            maxUncommittedBytes = value;
            return this;
        }

        public Builder maxInflightMessages(int value) {
            maxInflightMessages = value;
            return this;
        }

        public Builder maxInflightBytes(long value) {
            maxInflightBytes = value;
            return this;
        }

        public Builder checkQuorum(boolean value) {
            checkQuorum = value;
            return this;
        }

        public Builder preVote(boolean value) {
            preVote = value;
            return this;
        }

        public Builder readOnlyOption(ReadOnlyOption value) {
            readOnlyOption = value;
            return this;
        }

        public Builder applied(long value) {
            applied = value;
            return this;
        }

        public Builder disableProposalForwarding(boolean value) {
            disableProposalForwarding = value;
            return this;
        }

        public Builder disableConfChangeValidation(boolean value) {
            disableConfChangeValidation = value;
            return this;
        }

        public Builder stepDownOnRemoval(boolean value) {
            stepDownOnRemoval = value;
            return this;
        }

        public Builder asyncStorageWrites(boolean value) {
            asyncStorageWrites = value;
            return this;
        }

        public Builder commitByVote(boolean value) {
            commitByVote = value;
            return this;
        }

        public Builder random(RandomSource value) {
            random = value;
            return this;
        }

        public Builder verify(boolean value) {
            verify = value;
            return this;
        }

        /**
         * @throws IllegalArgumentException naming the field, its value and the bound it breaks
         */
        public RaftConfig build() {
            return new RaftConfig(
                    id,
                    storage,
                    electionTicks,
                    heartbeatTicks,
                    maxBytesPerMessage,
                    maxCommittedBytesPerReady,
                    maxUncommittedBytes,
                    maxInflightMessages,
                    maxInflightBytes,
                    checkQuorum,
                    preVote,
                    readOnlyOption,
                    applied,
                    disableProposalForwarding,
                    disableConfChangeValidation,
                    stepDownOnRemoval,
                    asyncStorageWrites,
                    commitByVote,
                    random,
                    verify);
        }
    }
}
