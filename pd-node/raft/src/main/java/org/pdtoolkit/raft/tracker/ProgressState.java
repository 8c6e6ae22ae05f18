package org.pdtoolkit.raft.tracker;

/** How a leader sends entries to a follower. */
public enum ProgressState {
    /** One append at a time until the follower's last matching entry is known. */
    PROBE("StateProbe"),
    /** Appends are sent ahead, as many as the window holds. */
    REPLICATE("StateReplicate"),
    /** Nothing is sent until a snapshot has arrived or failed. */
    SNAPSHOT("StateSnapshot");

    private final String text;

    ProgressState(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
