package org.pdtoolkit.ctl.render;

import java.util.List;
import java.util.Map;
import org.pdtoolkit.ctl.client.Json;

/** One result, able to show itself in each {@link Format}. */
public interface View {
    /** What pd-ctl prints, with the final newline. */
    String raw();

    /** The value that JSON output shows; see {@link Json}. */
    Object tree();

    /** What people see. */
    default Table table() {
        return Table.of(tree());
    }

    /** Whether a terminal gets the table when nobody chose a format. */
    default boolean humanOnTerminal() {
        return false;
    }

    /** A body that is shown as it came. */
    static View body(String raw) {
        return new View() {
            @Override
            public String raw() {
                return raw;
            }

            @Override
            public Object tree() {
                return Json.parse(raw);
            }
        };
    }

    /** A deed that was done: pd-ctl's word, and details for JSON. */
    static View success(Map<String, ?> details) {
        return new View() {
            @Override
            public String raw() {
                return "Success!\n";
            }

            @Override
            public Object tree() {
                Map<String, Object> tree = new java.util.LinkedHashMap<>();
                tree.put("status", "success");
                tree.putAll(details);
                return tree;
            }

            @Override
            public Table table() {
                return new Table(List.of(), List.of(List.of("Success!")));
            }
        };
    }
}
