package org.pdtoolkit.ctl.command;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.client.Members;
import org.pdtoolkit.ctl.client.PdClient;

/**
 * {@code member leader transfer} and {@code resign}. PD only takes the order and answers at once;
 * these commands stay until the cluster says that it happened.
 */
final class LeaderMove {
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_MILLIS = 50;

    private LeaderMove() {}

    static Node transferNode() {
        return waiting(
                Node.command(
                                "transfer",
                                "Moves the leadership to a member and waits until it leads.",
                                LeaderMove::transfer)
                        .argument("NAME", "the member that shall lead", Node.MEMBER_NAMES)
                        .example("pdctl member leader transfer pd2"));
    }

    static Node resignNode() {
        return waiting(
                Node.command(
                                "resign",
                                "Makes the leader step down and waits for another one.",
                                LeaderMove::resign)
                        .example("pdctl member leader resign"));
    }

    private static Node waiting(Node node) {
        return node.option("--wait", "DURATION", "how long to wait for it, default 30s")
                .flag("--no-wait", "return when PD has taken the order");
    }

    private static void transfer(Invocation call) {
        long wait = waitNanos(call);
        String name = call.argument(0);
        PdClient client = call.client();
        Members before = members(client);
        if (!before.names().contains(name)) {
            throw unknownMember(name, before);
        }
        if (before.leader().equals(name) && before.etcdLeader().equals(name)) {
            call.note(name + " is already the leader");
            call.success(Map.of("leader", name));
            return;
        }
        client.post(
                "transfer the leadership to " + name,
                "/pd/api/v1/leader/transfer/" + MemberCommand.segment(name),
                null);
        if (wait > 0) {
            awaitLeader(client, "the transfer to " + name, name, "", wait);
            warnOfPriority(call, before, name);
        }
        call.success(wait > 0 ? Map.of("leader", name) : Map.of());
    }

    private static void resign(Invocation call) {
        long wait = waitNanos(call);
        PdClient client = call.client();
        Members before = members(client);
        client.post("make the leader resign", "/pd/api/v1/leader/resign", null);
        if (before.members().size() == 1) {
            call.note(before.leader() + " is the only member, so the leadership stays there");
            call.success(Map.of("leader", before.leader()));
            return;
        }
        if (wait == 0) {
            call.success(Map.of());
            return;
        }
        String leader = awaitLeader(client, "the resignation", "", before.leader(), wait);
        warnOfPriority(call, before, leader);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("leader", leader);
        details.put("previous_leader", before.leader());
        call.success(details);
    }

    /** 0 for {@code --no-wait}. */
    private static long waitNanos(Invocation call) {
        String text = call.option("--wait");
        if (call.flag("--no-wait")) {
            if (text != null) {
                throw CtlException.usage(
                        "--wait and --no-wait exclude each other", "give one of the two");
            }
            return 0;
        }
        return (text == null ? DEFAULT_WAIT : Durations.parse("--wait", text)).toNanos();
    }

    private static Members members(PdClient client) {
        return Members.parse(client.get("get the members", Members.PATH).body());
    }

    /**
     * Looks at the cluster until the wanted member leads, or until any but the unwanted one does.
     * Failing looks are part of a change of leaders and only count when time has run out.
     */
    private static String awaitLeader(
            PdClient client, String deed, String wanted, String unwanted, long waitNanos) {
        long end = System.nanoTime() + waitNanos;
        String seen = "";
        CtlException failure = null;
        do {
            try {
                Members now = members(client);
                seen = now.leader();
                failure = null;
                boolean settled = !seen.isEmpty() && seen.equals(now.etcdLeader());
                if (settled && (wanted.isEmpty() ? !seen.equals(unwanted) : seen.equals(wanted))) {
                    return seen;
                }
            } catch (CtlException e) {
                if (e.exit() == ExitCode.INTERRUPTED) {
                    throw e;
                }
                failure = e;
            }
            client.pause(LOOK_AGAIN_MILLIS);
        } while (System.nanoTime() - end < 0);
        String state =
                failure != null
                        ? failure.getMessage()
                        : seen.isEmpty() ? "there is no leader" : "the leader is " + seen;
        throw new CtlException(
                ExitCode.UNKNOWN_OUTCOME,
                "PD took the order, but "
                        + deed
                        + " was not seen to happen within "
                        + Durations.format(waitNanos)
                        + ": "
                        + state,
                "it may still happen: look with 'pdctl member', or wait longer with --wait");
    }

    private static void warnOfPriority(Invocation call, Members members, String leader) {
        long priority = members.priorityOf(leader);
        for (Members.Member other : members.members()) {
            if (other.leaderPriority() > priority) {
                call.note(
                        other.name()
                                + " has a higher leader priority ("
                                + other.leaderPriority()
                                + ") than "
                                + leader
                                + " ("
                                + priority
                                + "): PD will move the leadership there");
                return;
            }
        }
    }

    /** Nobody has this name; asks for those that exist. */
    static CtlException unknownMember(Invocation call, String name) {
        return unknownMember(name, members(call.client()));
    }

    private static CtlException unknownMember(String name, Members members) {
        List<String> names = new java.util.ArrayList<>(members.names());
        Collections.sort(names);
        String nearest = Nearest.to(name, names);
        return new CtlException(
                ExitCode.NOT_FOUND,
                "there is no member named '"
                        + name
                        + "'; the members are "
                        + String.join(", ", names),
                nearest.isEmpty() ? "'pdctl member' shows them" : "did you mean " + nearest + "?");
    }
}
