package org.pdtoolkit.raft;

/** Kinds of message. The number is part of the wire format and never changes. */
public enum MessageType {
    /** Election timeout, or an explicit request to campaign. */
    HUP("MsgHup", Kind.LOCAL),
    /** Heartbeat timeout at the leader. */
    BEAT("MsgBeat", Kind.LOCAL),
    /** Proposal; travels without term and may be forwarded to the leader. */
    PROP("MsgProp", Kind.REQUEST),
    /** Leader to peer: entries behind (index, logTerm), and the leader's commit. */
    APP("MsgApp", Kind.REQUEST),
    /** Peer to leader: equal up to index, or refused with a hint. */
    APP_RESP("MsgAppResp", Kind.RESPONSE),
    /** Candidate to voter; (index, logTerm) is the candidate's last entry. */
    VOTE("MsgVote", Kind.REQUEST),
    VOTE_RESP("MsgVoteResp", Kind.RESPONSE),
    /** Leader to peer: a snapshot. */
    SNAP("MsgSnap", Kind.REQUEST),
    /** Leader to peer: commit bounded by what the peer has, and the newest read position. */
    HEARTBEAT("MsgHeartbeat", Kind.REQUEST),
    HEARTBEAT_RESP("MsgHeartbeatResp", Kind.RESPONSE),
    /** Transport: the last message to {@code from} was not delivered. */
    UNREACHABLE("MsgUnreachable", Kind.LOCAL_RESPONSE),
    /** Transport: the snapshot to {@code from} arrived, or failed (reject). */
    SNAP_STATUS("MsgSnapStatus", Kind.LOCAL),
    /** An election timeout period of the leader is over. */
    CHECK_QUORUM("MsgCheckQuorum", Kind.LOCAL),
    /** Request to hand leadership to {@code from}. */
    TRANSFER_LEADER("MsgTransferLeader", Kind.REQUEST),
    /** Leader to the chosen successor: campaign at once. */
    TIMEOUT_NOW("MsgTimeoutNow", Kind.REQUEST),
    /** Request for an index at which a read is linearizable; travels without term. */
    READ_INDEX("MsgReadIndex", Kind.REQUEST),
    READ_INDEX_RESP("MsgReadIndexResp", Kind.RESPONSE),
    PRE_VOTE("MsgPreVote", Kind.REQUEST),
    PRE_VOTE_RESP("MsgPreVoteResp", Kind.RESPONSE),
    /** Core to append thread: write this, then send the responses. */
    STORAGE_APPEND("MsgStorageAppend", Kind.LOCAL),
    /** Append thread to core: durable up to (index, logTerm). */
    STORAGE_APPEND_RESP("MsgStorageAppendResp", Kind.LOCAL_RESPONSE),
    /** Core to apply thread: apply these entries, then send the response. */
    STORAGE_APPLY("MsgStorageApply", Kind.LOCAL),
    /** Apply thread to core: these entries were applied. */
    STORAGE_APPLY_RESP("MsgStorageApplyResp", Kind.LOCAL_RESPONSE),
    /** Request to a follower to act as if the leader were unknown. */
    FORGET_LEADER("MsgForgetLeader", Kind.REQUEST);

    private enum Kind {
        REQUEST,
        RESPONSE,
        LOCAL,
        LOCAL_RESPONSE
    }

    private static final MessageType[] BY_NUMBER = values();

    private final String text;
    private final Kind kind;

    MessageType(String text, Kind kind) {
        this.text = text;
        this.kind = kind;
    }

    /** Number on the wire. */
    public int number() {
        return ordinal();
    }

    /**
     * The type with this number on the wire.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static MessageType of(int number) {
        if (number < 0 || number >= BY_NUMBER.length) {
            throw new IllegalArgumentException("unknown raft message type " + number);
        }
        return BY_NUMBER[number];
    }

    /** Whether only the node itself or its storage threads may send it. */
    public boolean isLocal() {
        return kind == Kind.LOCAL || kind == Kind.LOCAL_RESPONSE;
    }

    /** Whether it answers something, hence must come from a known peer. */
    public boolean isResponse() {
        return kind == Kind.RESPONSE || kind == Kind.LOCAL_RESPONSE;
    }

    /** The name the original uses in its logs. */
    @Override
    public String toString() {
        return text;
    }
}
