package org.pdtoolkit.raft;

import java.util.List;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/** The text forms of scripts. */
final class Describe {
    private Describe() {}

    static String ready(Ready ready) {
        StringBuilder text = new StringBuilder();
        if (ready.softState() != null) {
            text.append("Lead:")
                    .append(Long.toUnsignedString(ready.softState().leader()))
                    .append(" State:")
                    .append(role(ready.softState().role()))
                    .append('\n');
        }
        HardState hardState = ready.hardState();
        if (!hardState.isEmpty()) {
            text.append("HardState Term:").append(hardState.term());
            if (hardState.vote() != 0) {
                text.append(" Vote:").append(Long.toUnsignedString(hardState.vote()));
            }
            text.append(" Commit:").append(hardState.commit()).append('\n');
        }
        if (!ready.readStates().isEmpty()) {
            readStates(ready.readStates(), text);
        }
        if (!ready.entries().isEmpty()) {
            text.append("Entries:\n");
            entries(ready.entries(), text);
        }
        if (!ready.snapshot().isEmpty()) {
            text.append("Snapshot ").append(snapshot(ready.snapshot())).append('\n');
        }
        if (!ready.committedEntries().isEmpty()) {
            text.append("CommittedEntries:\n");
            entries(ready.committedEntries(), text);
        }
        if (!ready.messages().isEmpty()) {
            text.append("Messages:\n");
            for (Message message : ready.messages()) {
                text.append(message(message)).append('\n');
            }
        }
        return text.length() == 0
                ? "<empty Ready>"
                : "Ready MustSync=" + ready.mustSync() + ":\n" + text;
    }

    private static void readStates(List<ReadState> readStates, StringBuilder text) {
        text.append("ReadStates [");
        for (ReadState state : readStates) {
            text.append(text.charAt(text.length() - 1) == '[' ? "" : " ");
            text.append('{').append(state.index()).append(" [");
            for (int i = 0; i < state.context().length; i++) {
                text.append(i == 0 ? "" : " ").append(state.context()[i] & 0xff);
            }
            text.append("]}");
        }
        text.append("]\n");
    }

    static void entries(List<Entry> entries, StringBuilder text) {
        for (Entry entry : entries) {
            text.append(entry(entry)).append('\n');
        }
    }

    static String role(Role role) {
        return switch (role) {
            case FOLLOWER -> "StateFollower";
            case PRE_CANDIDATE -> "StatePreCandidate";
            case CANDIDATE -> "StateCandidate";
            case LEADER -> "StateLeader";
        };
    }

    static String snapshot(Snapshot snapshot) {
        ConfState cs = snapshot.confState();
        return String.format(
                "Index:%d Term:%d ConfState:Voters:%s VotersOutgoing:%s Learners:%s"
                        + " LearnersNext:%s AutoLeave:%s",
                snapshot.index(),
                snapshot.term(),
                ids(cs.voters()),
                ids(cs.votersOutgoing()),
                ids(cs.learners()),
                ids(cs.learnersNext()),
                cs.autoLeave());
    }

    private static String ids(List<Long> ids) {
        StringBuilder text = new StringBuilder("[");
        for (long id : ids) {
            text.append(text.length() == 1 ? "" : " ").append(Long.toUnsignedString(id));
        }
        return text.append(']').toString();
    }

    static String entry(Entry entry) {
        String payload;
        String type;
        switch (entry.type()) {
            case NORMAL -> {
                type = "EntryNormal";
                payload = Texts.quoted(entry.data());
            }
            case CONF_CHANGE -> {
                type = "EntryConfChange";
                payload = operations(ConfChange.decode(entry));
            }
            default -> {
                type = "EntryConfChangeV2";
                payload = operations(ConfChange.decode(entry));
            }
        }
        String text = entry.term() + "/" + entry.index() + " " + type;
        return payload.isEmpty() ? text : text + " " + payload;
    }

    private static String operations(ConfChange change) {
        StringBuilder text = new StringBuilder();
        for (Change each : change.changes()) {
            text.append(text.length() == 0 ? "" : " ");
            text.append(
                    switch (each.type()) {
                        case ADD_NODE -> 'v';
                        case ADD_LEARNER_NODE -> 'l';
                        case REMOVE_NODE -> 'r';
                        case UPDATE_NODE -> 'u';
                    });
            text.append(Long.toUnsignedString(each.nodeId()));
        }
        return text.toString();
    }

    static String message(Message message) {
        return message("", message);
    }

    private static String message(String indent, Message message) {
        StringBuilder text = new StringBuilder(indent);
        text.append(node(message.from())).append("->").append(node(message.to()));
        text.append(' ').append(message.type()).append(" Term:").append(message.term());
        text.append(" Log:").append(message.logTerm()).append('/').append(message.index());
        if (message.reject()) {
            text.append(" Rejected (Hint: ").append(message.rejectHint()).append(')');
        }
        if (message.commit() != 0) {
            text.append(" Commit:").append(message.commit());
        }
        if (message.vote() != 0) {
            text.append(" Vote:").append(Long.toUnsignedString(message.vote()));
        }
        if (message.entries().size() == 1) {
            text.append(" Entries:[").append(entry(message.entries().get(0))).append(']');
        } else if (message.entries().size() > 1) {
            text.append(" Entries:[");
            for (Entry entry : message.entries()) {
                text.append('\n').append(indent).append("  ").append(entry(entry));
            }
            text.append('\n').append(indent).append(']');
        }
        if (!message.snapshot().isEmpty()) {
            text.append('\n').append(indent).append("  Snapshot: ");
            text.append(snapshot(message.snapshot()));
        }
        if (!message.responses().isEmpty()) {
            text.append(" Responses:[");
            for (Message response : message.responses()) {
                text.append('\n').append(message(indent + "  ", response));
            }
            text.append('\n').append(indent).append(']');
        }
        return text.toString();
    }

    private static String node(long id) {
        if (id == Message.APPEND_THREAD) {
            return "AppendThread";
        }
        if (id == Message.APPLY_THREAD) {
            return "ApplyThread";
        }
        return id == 0 ? "None" : Long.toHexString(id);
    }

    static String progress(ProgressTracker tracker) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < tracker.size(); i++) {
            text.append(Long.toUnsignedString(tracker.idAt(i)));
            text.append(": ").append(tracker.progressAt(i)).append('\n');
        }
        return text.toString();
    }
}
