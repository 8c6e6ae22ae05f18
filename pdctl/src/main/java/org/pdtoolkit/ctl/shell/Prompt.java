package org.pdtoolkit.ctl.shell;

import org.pdtoolkit.ctl.client.Members;
import org.pdtoolkit.ctl.render.SafeText;

/** The prompt: which cluster this is and who leads it. */
final class Prompt {
    private static final int ID_DIGITS = 4;
    private static final int NAME_CHARS_MAX = 24;

    private Prompt() {}

    /** For example {@code pd 7312…(pd1)> }. */
    static String of(ClusterCache.Look look) {
        Members members = look.members();
        if (members == null) {
            return look.reachable() ? "pd> " : "pd (no answer)> ";
        }
        String id = members.clusterId();
        String cluster = id.length() <= ID_DIGITS ? id : id.substring(0, ID_DIGITS) + "…";
        String leader = members.leader();
        if (leader.length() > NAME_CHARS_MAX) {
            leader = leader.substring(0, NAME_CHARS_MAX) + "…";
        }
        String state = !look.reachable() ? "no answer" : leader.isEmpty() ? "no leader" : leader;
        return SafeText.oneLine("pd " + cluster + "(" + state + ")> ");
    }
}
