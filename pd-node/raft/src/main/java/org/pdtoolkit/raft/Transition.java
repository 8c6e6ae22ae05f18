package org.pdtoolkit.raft;

/** How a change gets to its new configuration. The ordinal is the number in the encoding. */
public enum Transition {
    /** Directly if at most one operation, else through a joint configuration left by itself. */
    AUTO,
    /** Through a joint configuration that the leader leaves by itself. */
    JOINT_IMPLICIT,
    /** Through a joint configuration that only a further, empty change leaves. */
    JOINT_EXPLICIT;

    /** The name the original uses in its logs. */
    String text() {
        return switch (this) {
            case AUTO -> "ConfChangeTransitionAuto";
            case JOINT_IMPLICIT -> "ConfChangeTransitionJointImplicit";
            case JOINT_EXPLICIT -> "ConfChangeTransitionJointExplicit";
        };
    }
}
