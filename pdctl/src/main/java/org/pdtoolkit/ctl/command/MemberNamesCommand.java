package org.pdtoolkit.ctl.command;

import org.pdtoolkit.ctl.client.Members;

/** {@code __members}: the names of the members, one a line, for the completion code of shells. */
final class MemberNamesCommand {
    static final String NAME = "__members";

    private MemberNamesCommand() {}

    static Node node() {
        return Node.command(NAME, "Lists the names of the members.", MemberNamesCommand::run)
                .hidden();
    }

    private static void run(Invocation call) {
        Members members = Members.parse(call.client().get("get the members", Members.PATH).body());
        StringBuilder text = new StringBuilder();
        for (String name : members.names()) {
            text.append(name).append('\n');
        }
        call.session().console().data(text.toString());
    }
}
