package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;

/** The notation {@code v1 l2 r3 u4} for operations on a membership. */
final class ScriptOperations {
    private ScriptOperations() {}

    /**
     * @throws IllegalArgumentException with the text a script expects
     */
    static List<Change> parse(String input) {
        List<Change> changes = new ArrayList<>();
        for (String token : input.isEmpty() ? new String[0] : input.split(" ")) {
            if (token.length() < 2) {
                throw new IllegalArgumentException("unknown token " + token);
            }
            ChangeType type =
                    switch (token.charAt(0)) {
                        case 'v' -> ChangeType.ADD_NODE;
                        case 'l' -> ChangeType.ADD_LEARNER_NODE;
                        case 'r' -> ChangeType.REMOVE_NODE;
                        case 'u' -> ChangeType.UPDATE_NODE;
                        default -> throw new IllegalArgumentException("unknown input: " + token);
                    };
            changes.add(new Change(type, Long.parseUnsignedLong(token.substring(1))));
        }
        return changes;
    }
}
