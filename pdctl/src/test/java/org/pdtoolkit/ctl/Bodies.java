package org.pdtoolkit.ctl;

/** Bodies as a cluster of three sends them, cut to what matters. */
public final class Bodies {
    private Bodies() {}

    /** The member list with a leader, which is also the Raft leader; "" for none. */
    public static String members(String leader) {
        return members(leader, 0, "pd1", "pd2", "pd3");
    }

    /** The member list; the first member has this priority. */
    public static String members(String leader, int firstPriority, String... names) {
        StringBuilder text = new StringBuilder("{\n  \"header\": {\n    \"cluster_id\": ");
        text.append("7312605321862345678\n  },\n  \"members\": [\n");
        int index = 0;
        for (String name : names) {
            text.append(index == 0 ? "" : ",\n").append(member(name, index));
            if (index == 0 && firstPriority != 0) {
                text.setLength(text.length() - 2);
                text.append(",\n  \"leader_priority\": ").append(firstPriority).append("\n}");
            }
            index++;
        }
        text.append("\n  ]");
        if (!leader.isEmpty()) {
            text.append(",\n  \"leader\": ").append(member(leader, 0));
            text.append(",\n  \"etcd_leader\": ").append(member(leader, 0));
        }
        return text.append("\n}\n").toString();
    }

    private static String member(String name, int index) {
        return "{\n  \"name\": \""
                + name
                + "\",\n  \"member_id\": 1781234567890123456"
                + index
                + ",\n  \"client_urls\": [\n    \"http://127.0.0.1:23"
                + (7 + index)
                + "9\"\n  ],\n  \"binary_version\": \"v8.5.0\"\n}";
    }
}
