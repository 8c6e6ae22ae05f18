package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.ctl.client.Json;
import org.pdtoolkit.ctl.client.Members;
import org.pdtoolkit.ctl.render.Table;
import org.pdtoolkit.ctl.render.View;

/** The member list: pd-ctl's body, or one row a member. */
record MemberView(String body) implements View {
    @Override
    public String raw() {
        return body + "\n";
    }

    @Override
    public Object tree() {
        return Json.parse(body);
    }

    @Override
    public boolean humanOnTerminal() {
        return true;
    }

    @Override
    public Table table() {
        Members list = Members.parse(body);
        List<List<String>> rows = new ArrayList<>();
        for (Members.Member member : list.members()) {
            rows.add(
                    List.of(
                            member.name().isEmpty() ? "(not started)" : member.name(),
                            role(list, member.name()),
                            Long.toString(member.leaderPriority()),
                            hex(member.id()),
                            urls(member.clientUrls()),
                            member.version()));
        }
        return new Table(
                List.of("NAME", "ROLE", "PRIORITY", "ID (HEX)", "CLIENT URLS", "VERSION"), rows);
    }

    private static String role(Members list, String name) {
        boolean leads = !name.isEmpty() && name.equals(list.leader());
        boolean leadsRaft = !name.isEmpty() && name.equals(list.etcdLeader());
        if (leads == leadsRaft) {
            return leads ? "leader" : "member";
        }
        return leads ? "PD leader" : "Raft leader";
    }

    /** etcd's tools write member ids in hex, PD's in decimal; the table speaks etcd's way. */
    private static String hex(String id) {
        try {
            return Long.toHexString(Long.parseUnsignedLong(id));
        } catch (NumberFormatException e) {
            return id;
        }
    }

    static String urls(List<?> urls) {
        List<String> texts = new ArrayList<>();
        for (Object url : urls) {
            texts.add(String.valueOf(url));
        }
        return String.join(",", texts);
    }
}
