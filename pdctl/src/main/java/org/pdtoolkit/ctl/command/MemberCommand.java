package org.pdtoolkit.ctl.command;

import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.pdtoolkit.ctl.client.Answer;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.client.Members;
import org.pdtoolkit.ctl.render.View;

/** {@code member}: who belongs to the cluster, who leads, who should. */
final class MemberCommand {
    private MemberCommand() {}

    static Node node() {
        return Node.command("member", "Shows the members and who leads.", MemberCommand::show)
                .example("pdctl member", "pdctl member -o table")
                .with(
                        Node.group("leader", "Shows or moves the leadership.")
                                .with(showLeader())
                                .with(LeaderMove.resignNode())
                                .with(LeaderMove.transferNode()))
                .with(MemberRemoval.node())
                .with(priority());
    }

    private static Node showLeader() {
        return Node.command("show", "Shows the leader.", MemberCommand::leader)
                .example("pdctl member leader show");
    }

    private static Node priority() {
        return Node.command(
                        "leader_priority",
                        "Sets how much a member is preferred as leader.",
                        MemberCommand::setPriority)
                .argument("NAME", "a member", Node.MEMBER_NAMES)
                .argument("N", "the priority; larger is preferred, 0 is the default")
                .dashedArguments()
                .about(
                        "PD moves the leadership to a member with a higher priority within about a"
                                + " minute; among equals it stays where it is.")
                .example("pdctl member leader_priority pd1 10");
    }

    private static void show(Invocation call) {
        call.show(new MemberView(call.client().get("get the members", Members.PATH).body()));
    }

    private static void leader(Invocation call) {
        Answer answer = call.client().get("get the leader", "/pd/api/v1/leader");
        call.show(View.body(answer.body() + "\n"));
    }

    private static void setPriority(Invocation call) {
        String name = call.argument(0);
        BigDecimal priority = number(call.argument(1));
        try {
            call.client()
                    .post(
                            "set the leader priority",
                            "/pd/api/v1/members/name/" + segment(name),
                            "{\"leader-priority\":" + priority.toPlainString() + "}");
        } catch (CtlException e) {
            throw e.exit() == ExitCode.NOT_FOUND ? LeaderMove.unknownMember(call, name) : e;
        }
        if (priority.stripTrailingZeros().scale() > 0) {
            call.note("PD keeps whole numbers: the priority is now " + priority.toBigInteger());
        }
        call.success(Map.of("name", name, "leader_priority", priority.toBigInteger()));
    }

    private static BigDecimal number(String text) {
        try {
            BigDecimal number = new BigDecimal(text);
            if (number.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0
                    && number.scale() <= 9) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below with the text the user typed.
        }
        throw CtlException.usage(
                "'" + text + "' is not a leader priority; expected a number, such as 10 or -1",
                "for example: pdctl member leader_priority pd1 10");
    }

    /** One segment of a path. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
