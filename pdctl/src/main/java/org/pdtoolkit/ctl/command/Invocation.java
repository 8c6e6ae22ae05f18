package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.ctl.client.PdClient;
import org.pdtoolkit.ctl.render.View;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** One command on its way: what the user typed and where the result goes. */
final class Invocation {
    private final Session session;
    private final Settings settings;
    private final ParseResult root;
    private final ParseResult leaf;

    Invocation(Session session, Settings settings, ParseResult root, ParseResult leaf) {
        this.session = session;
        this.settings = settings;
        this.root = root;
        this.leaf = leaf;
    }

    Session session() {
        return session;
    }

    Settings settings() {
        return settings;
    }

    PdClient client() {
        return session.client(settings.connection());
    }

    /** The positional argument with this index; the parser made sure it is there. */
    String argument(int index) {
        return arguments().get(index);
    }

    List<String> arguments() {
        List<String> values = new ArrayList<>();
        for (PositionalParamSpec positional : leaf.matchedPositionals()) {
            values.addAll(positional.stringValues());
        }
        return values;
    }

    /** The value of a flag; {@code null} when it was not given. */
    String option(String name) {
        return GlobalOptions.last(root, name);
    }

    boolean flag(String name) {
        return GlobalOptions.given(root, name);
    }

    void show(View view) {
        session.console().show(view, settings.format());
    }

    void success(Map<String, ?> details) {
        show(View.success(details));
    }

    void note(String text) {
        session.console().note("note: " + text);
    }
}
