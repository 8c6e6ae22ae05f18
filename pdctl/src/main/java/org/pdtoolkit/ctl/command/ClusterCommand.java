package org.pdtoolkit.ctl.command;

import org.pdtoolkit.ctl.client.Answer;
import org.pdtoolkit.ctl.render.View;

/** {@code cluster} and {@code cluster status}. */
final class ClusterCommand {
    private ClusterCommand() {}

    static Node node() {
        return Node.command(
                        "cluster",
                        "Shows the cluster's id and replica count.",
                        call -> show(call, "get the cluster", "/pd/api/v1/cluster"))
                .example("pdctl cluster")
                .with(
                        Node.command(
                                        "status",
                                        "Shows whether the cluster is bootstrapped and ready.",
                                        call ->
                                                show(
                                                        call,
                                                        "get the cluster status",
                                                        "/pd/api/v1/cluster/status"))
                                .example("pdctl cluster status"));
    }

    private static void show(Invocation call, String what, String path) {
        Answer answer = call.client().get(what, path);
        call.show(View.body(answer.body().strip() + "\n"));
    }
}
