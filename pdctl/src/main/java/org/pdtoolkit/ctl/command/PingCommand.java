package org.pdtoolkit.ctl.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pdtoolkit.ctl.client.Answer;
import org.pdtoolkit.ctl.client.PdClient;
import org.pdtoolkit.ctl.render.View;

/** {@code ping}: how long the member asked takes to answer. */
final class PingCommand {
    private PingCommand() {}

    static Node node() {
        return Node.command("ping", "Shows how long a PD takes to answer.", PingCommand::run)
                .about(
                        "It asks the first address that answers, not the leader, and measures"
                                + " the second of two requests, connecting included.")
                .example("pdctl -u http://127.0.0.1:2379 ping");
    }

    private static void run(Invocation call) {
        PdClient client = call.client();
        // The first request also loads code, which would be most of what is measured.
        client.getLocal("ping PD", "/pd/api/v1/ping");
        long start = System.nanoTime();
        Answer answer = client.getLocal("ping PD", "/pd/api/v1/ping");
        long nanos = System.nanoTime() - start;
        call.show(
                new View() {
                    @Override
                    public String raw() {
                        return "time: " + Durations.format(nanos) + "\n";
                    }

                    @Override
                    public Object tree() {
                        Map<String, Object> tree = new LinkedHashMap<>();
                        tree.put("endpoint", answer.from().toString());
                        tree.put("nanoseconds", nanos);
                        return tree;
                    }
                });
    }
}
