package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.ctl.client.Answer;
import org.pdtoolkit.ctl.client.Json;
import org.pdtoolkit.ctl.render.Table;
import org.pdtoolkit.ctl.render.View;

/** {@code health}: which members answer. */
final class HealthCommand {
    private HealthCommand() {}

    static Node node() {
        return Node.command("health", "Shows which members are healthy.", HealthCommand::run)
                .about(
                        "A member is healthy when it answers the one asked. The exit code tells"
                                + " whether the list could be read, not what stands in it.")
                .example("pdctl health", "pdctl health -o json");
    }

    private static void run(Invocation call) {
        Answer answer = call.client().get("get the health of the members", "/pd/api/v1/health");
        call.show(new HealthView(answer.body().strip() + "\n"));
    }

    private record HealthView(String raw) implements View {
        @Override
        public Object tree() {
            return Json.parse(raw);
        }

        @Override
        public boolean humanOnTerminal() {
            return true;
        }

        @Override
        public Table table() {
            List<List<String>> rows = new ArrayList<>();
            if (tree() instanceof List<?> members) {
                for (Object member : members) {
                    rows.add(
                            List.of(
                                    Json.text(member, "name"),
                                    "true".equals(Json.text(member, "health"))
                                            ? "healthy"
                                            : "UNHEALTHY",
                                    MemberView.urls(Json.list(member, "client_urls"))));
                }
            }
            return new Table(List.of("NAME", "HEALTH", "CLIENT URLS"), rows);
        }
    }
}
