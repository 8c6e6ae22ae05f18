package org.pdtoolkit.ctl.client;

import java.util.ArrayList;
import java.util.List;

/**
 * The member list of a cluster, as {@code GET /pd/api/v1/members} tells it.
 *
 * @param clusterId unsigned decimal
 * @param members in PD's order
 * @param leader name of the PD leader; empty when there is none
 * @param etcdLeader name of the Raft leader; empty when there is none
 */
public record Members(String clusterId, List<Member> members, String leader, String etcdLeader) {

    /** Where the list is served. */
    public static final String PATH = "/pd/api/v1/members";

    /**
     * One member.
     *
     * @param name empty for a member that never started
     * @param id unsigned decimal
     * @param leaderPriority larger is preferred; 0 when never set
     */
    public record Member(
            String name, String id, List<String> clientUrls, long leaderPriority, String version) {}

    public Members {
        members = List.copyOf(members);
    }

    /** Reads the body of {@link #PATH}. */
    public static Members parse(String body) {
        Object tree = Json.parse(body);
        List<Member> members = new ArrayList<>();
        for (Object item : Json.list(tree, "members")) {
            members.add(member(item));
        }
        return new Members(
                Json.text(Json.field(tree, "header"), "cluster_id"),
                members,
                Json.text(Json.field(tree, "leader"), "name"),
                Json.text(Json.field(tree, "etcd_leader"), "name"));
    }

    private static Member member(Object item) {
        List<String> urls = new ArrayList<>();
        for (Object url : Json.list(item, "client_urls")) {
            urls.add(String.valueOf(url));
        }
        return new Member(
                Json.text(item, "name"),
                Json.text(item, "member_id"),
                List.copyOf(urls),
                priority(Json.text(item, "leader_priority")),
                Json.text(item, "binary_version"));
    }

    private static long priority(String text) {
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            // Only a comparison hint hangs on it; a strange value must not hide the member list.
            return 0;
        }
    }

    /** The names of the started members, in PD's order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (Member member : members) {
            if (!member.name().isEmpty()) {
                names.add(member.name());
            }
        }
        return names;
    }

    /** The priority of the named member; 0 when it is unknown. */
    public long priorityOf(String name) {
        for (Member member : members) {
            if (member.name().equals(name)) {
                return member.leaderPriority();
            }
        }
        return 0;
    }
}
