package org.pdtoolkit.raft;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What nodes say to each other, and a node to its storage threads. Which fields count depends on
 * the type; the others are 0, empty or false.
 *
 * @param term 0 for local messages and for those that travel without one
 * @param logTerm term of the entry at {@code index}
 * @param snapshot {@link Snapshot#EMPTY} when there is none
 * @param rejectHint the refusing side's best guess where the logs may agree
 * @param context opaque, of length 0 when there is none; not copied
 * @param responses to be sent by the storage thread when its work is done
 */
public record Message(
        MessageType type,
        long to,
        long from,
        long term,
        long logTerm,
        long index,
        List<Entry> entries,
        long commit,
        long vote,
        Snapshot snapshot,
        boolean reject,
        long rejectHint,
        byte[] context,
        List<Message> responses) {
    /** Id of the thread that writes log, hard state and snapshots in asynchronous mode. */
    public static final long APPEND_THREAD = -1L;

    /** Id of the thread that applies committed entries in asynchronous mode. */
    public static final long APPLY_THREAD = -2L;

    private static final byte[] NO_CONTEXT = {};

    private static final byte[] TRANSFER_MARK =
            "CampaignTransfer".getBytes(StandardCharsets.US_ASCII);

    public Message {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(snapshot, "snapshot");
        Objects.requireNonNull(context, "context");
        entries = List.copyOf(entries);
        responses = List.copyOf(responses);
    }

    /** Whether {@code id} names a storage thread instead of a node. */
    public static boolean isStorageThread(long id) {
        return id == APPEND_THREAD || id == APPLY_THREAD;
    }

    /** Context of the vote requests of a member that was asked to take over. */
    static byte[] transferMark() {
        return TRANSFER_MARK;
    }

    /** Whether this vote request comes from a member that its leader asked to take over. */
    public boolean isTransferCampaign() {
        return Arrays.equals(context, TRANSFER_MARK);
    }

    public static Builder builder(MessageType type) {
        return new Builder(type);
    }

    public Builder toBuilder() {
        return new Builder(type)
                .to(to)
                .from(from)
                .term(term)
                .logTerm(logTerm)
                .index(index)
                .entries(entries)
                .commit(commit)
                .vote(vote)
                .snapshot(snapshot)
                .reject(reject)
                .rejectHint(rejectHint)
                .context(context)
                .responses(responses);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Message)) {
            return false;
        }
        Message that = (Message) other;
        return type == that.type
                && to == that.to
                && from == that.from
                && term == that.term
                && logTerm == that.logTerm
                && index == that.index
                && commit == that.commit
                && vote == that.vote
                && reject == that.reject
                && rejectHint == that.rejectHint
                && entries.equals(that.entries)
                && snapshot.equals(that.snapshot)
                && Arrays.equals(context, that.context)
                && responses.equals(that.responses);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, to, from, term, logTerm, index, commit, vote, reject, rejectHint)
                + 31 * entries.hashCode();
    }

    /** Builds a message; everything not set is absent. Not reusable after {@link #build}. */
    public static final class Builder {
        private final MessageType type;
        private long to;
        private long from;
        private long term;
        private long logTerm;
        private long index;
        private List<Entry> entries = List.of();
        private long commit;
        private long vote;
        private Snapshot snapshot = Snapshot.EMPTY;
        private boolean reject;
        private long rejectHint;
        private byte[] context = NO_CONTEXT;
        private List<Message> responses = List.of();

        private Builder(MessageType type) {
            this.type = type;
        }

        public Builder to(long value) {
            to = value;
            return this;
        }

        public Builder from(long value) {
            from = value;
            return this;
        }

        public Builder term(long value) {
            term = value;
            return this;
        }

        public Builder logTerm(long value) {
            logTerm = value;
            return this;
        }

        public Builder index(long value) {
            index = value;
            return this;
        }

        public Builder entries(List<Entry> value) {
            entries = value;
            return this;
        }

        public Builder commit(long value) {
            commit = value;
            return this;
        }

        public Builder vote(long value) {
            vote = value;
            return this;
        }

        public Builder snapshot(Snapshot value) {
            snapshot = value;
            return this;
        }

        public Builder reject(boolean value) {
            reject = value;
            return this;
        }

        public Builder rejectHint(long value) {
            rejectHint = value;
            return this;
        }

        public Builder context(byte[] value) {
            context = value;
            return this;
        }

        public Builder responses(List<Message> value) {
            responses = value;
            return this;
        }

        public Message build() {
            return new Message(
                    type,
                    to,
                    from,
                    term,
                    logTerm,
                    index,
                    entries,
                    commit,
                    vote,
                    snapshot,
                    reject,
                    rejectHint,
                    context,
                    responses);
        }
    }
}
