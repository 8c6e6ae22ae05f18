package org.pdtoolkit.ctl.command;

import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.client.Members;

/**
 * {@code member delete}: takes a member out of the cluster for ever. On a terminal it shows what is
 * about to happen and wants the name or id typed once more; a script is not asked, as pd-ctl never
 * asks.
 */
final class MemberRemoval {
    private static final String HEX = "0x";
    private static final int HEX_RADIX = 16;

    private MemberRemoval() {}

    static Node node() {
        return Node.group("delete", "Removes a member from the cluster for ever.")
                .with(
                        asking(
                                Node.command(
                                                "name",
                                                "Removes the member of that name.",
                                                MemberRemoval::named)
                                        .argument("NAME", "a member", Node.MEMBER_NAMES)
                                        .example("pdctl member delete name pd3")))
                .with(
                        asking(
                                Node.command(
                                                "id",
                                                "Removes the member of that id, also one that never"
                                                        + " started.",
                                                MemberRemoval::numbered)
                                        .argument("ID", "decimal, or hexadecimal behind 0x")
                                        .example("pdctl member delete id 17812345678901234561")));
    }

    private static Node asking(Node node) {
        return node.flag("--yes", "do not ask on a terminal")
                .about(
                        "Its process ends, and its data is of no use any more: to bring it back,"
                                + " empty its data directory and let it join as a new member.",
                        "PD refuses a removal that could leave the others without a quorum.");
    }

    private static void named(Invocation call) {
        String name = call.argument(0);
        if (asks(call)) {
            Members members = members(call);
            Members.Member member =
                    members.members().stream()
                            .filter(m -> m.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> LeaderMove.unknownMember(call, name));
            confirm(call, members, member, name);
        }
        try {
            call.client()
                    .delete(
                            "delete member " + name,
                            "/pd/api/v1/members/name/" + MemberCommand.segment(name));
        } catch (CtlException e) {
            throw e.exit() == ExitCode.NOT_FOUND ? LeaderMove.unknownMember(call, name) : e;
        }
        call.success(Map.of("name", name));
    }

    private static void numbered(Invocation call) {
        String typed = call.argument(0);
        String id = Long.toUnsignedString(id(typed));
        if (asks(call)) {
            Members members = members(call);
            Members.Member member =
                    members.members().stream()
                            .filter(m -> m.id().equals(id))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new CtlException(
                                                    ExitCode.NOT_FOUND,
                                                    "there is no member with the id " + typed,
                                                    "'pdctl member' shows them"));
            confirm(call, members, member, typed);
        }
        call.client().delete("delete member " + id, "/pd/api/v1/members/id/" + id);
        call.success(Map.of("member_id", id));
    }

    private static boolean asks(Invocation call) {
        return !call.flag("--yes") && call.session().console().canAsk();
    }

    private static Members members(Invocation call) {
        return Members.parse(call.client().get("get the members", Members.PATH).body());
    }

    private static void confirm(
            Invocation call, Members members, Members.Member member, String expected) {
        String who = member.name().isEmpty() ? "a member that never started" : member.name();
        call.note(
                who
                        + (who.equals(members.leader()) ? ", the leader," : "")
                        + " will leave the cluster for ever; "
                        + (members.members().size() - 1)
                        + " of "
                        + members.members().size()
                        + " members stay");
        String answer = call.session().console().ask("Type " + expected + " to go on: ");
        if (!answer.equals(expected)) {
            throw new CtlException(
                    ExitCode.REFUSED,
                    "not confirmed: nothing was changed",
                    "type " + expected + " when asked, or pass --yes");
        }
    }

    private static long id(String text) {
        try {
            if (text.startsWith(HEX)) {
                return Long.parseUnsignedLong(text.substring(HEX.length()), HEX_RADIX);
            }
            if (!text.startsWith("+")) {
                return Long.parseUnsignedLong(text);
            }
        } catch (NumberFormatException e) {
            // Reported below with the text the user typed.
        }
        throw CtlException.usage(
                "'" + text + "' is not a member id; expected a number of at most 64 bits",
                "for example: pdctl member delete id 17812345678901234561");
    }
}
