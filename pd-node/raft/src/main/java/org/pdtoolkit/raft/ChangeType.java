package org.pdtoolkit.raft;

/** One operation on one node. The ordinal is the number in the encoding. */
public enum ChangeType {
    /** Make it a voter. */
    ADD_NODE,
    /** Take it out. Its id must never be used again. */
    REMOVE_NODE,
    /** Change nothing in the group; the context tells the application what is new. */
    UPDATE_NODE,
    /** Make it a learner, also out of a voter. */
    ADD_LEARNER_NODE;

    /** The name the original uses in its logs. */
    String text() {
        return switch (this) {
            case ADD_NODE -> "ConfChangeAddNode";
            case REMOVE_NODE -> "ConfChangeRemoveNode";
            case UPDATE_NODE -> "ConfChangeUpdateNode";
            case ADD_LEARNER_NODE -> "ConfChangeAddLearnerNode";
        };
    }
}
