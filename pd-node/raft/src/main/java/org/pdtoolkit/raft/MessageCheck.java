package org.pdtoolkit.raft;

import java.util.List;

/** Finds messages that no correct peer sends and that would do harm. */
final class MessageCheck {
    private MessageCheck() {}

    /** What is wrong with a message from outside, null if nothing is. */
    static String defectOf(Message message) {
        return switch (message.type()) {
            case APP -> message.term() == 0 ? "no term" : defectOfAppend(message);
            case SNAP ->
                    message.term() == 0
                            ? "no term"
                            : message.snapshot().isEmpty() ? "no snapshot" : null;
            case HEARTBEAT, VOTE, PRE_VOTE, VOTE_RESP, PRE_VOTE_RESP ->
                    message.term() == 0 ? "no term" : null;
            case PROP -> message.entries().isEmpty() ? "no entries" : null;
            case READ_INDEX -> message.entries().size() != 1 ? "not one entry" : null;
            case HUP,
                    BEAT,
                    APP_RESP,
                    HEARTBEAT_RESP,
                    UNREACHABLE,
                    SNAP_STATUS,
                    CHECK_QUORUM,
                    TRANSFER_LEADER,
                    TIMEOUT_NOW,
                    READ_INDEX_RESP,
                    STORAGE_APPEND,
                    STORAGE_APPEND_RESP,
                    STORAGE_APPLY,
                    STORAGE_APPLY_RESP,
                    FORGET_LEADER ->
                    null;
        };
    }

    /** Entries follow each other and the one before them; terms do not decrease. */
    private static String defectOfAppend(Message message) {
        List<Entry> entries = message.entries();
        long term = message.logTerm();
        if (message.index() < 0) {
            return "index " + message.index();
        }
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() != message.index() + i + 1) {
                return "entry " + entry.index() + " at position " + i;
            }
            if (entry.term() < term || entry.term() > message.term()) {
                return "entry of term " + entry.term() + " behind one of term " + term;
            }
            term = entry.term();
        }
        return null;
    }
}
