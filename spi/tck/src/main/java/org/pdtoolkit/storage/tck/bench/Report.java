package org.pdtoolkit.storage.tck.bench;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints measurements, one line each: aligned text, or JSON for programs. */
final class Report {
    private final PrintStream out;
    private final boolean json;

    Report(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    Line line(String bench) {
        return new Line().text("bench", bench);
    }

    /** One measurement being put together. */
    final class Line {
        private final Map<String, String> texts = new LinkedHashMap<>();
        private final Map<String, String> numbers = new LinkedHashMap<>();

        Line text(String name, String value) {
            texts.put(name, value);
            return this;
        }

        Line number(String name, double value, int decimals) {
            numbers.put(name, String.format(Locale.ROOT, "%." + decimals + "f", value));
            return this;
        }

        void print() {
            if (json) {
                String all =
                        texts.entrySet().stream()
                                .map(e -> "\"" + e.getKey() + "\":\"" + e.getValue() + "\"")
                                .collect(Collectors.joining(","));
                String rest =
                        numbers.entrySet().stream()
                                .map(e -> ",\"" + e.getKey() + "\":" + e.getValue())
                                .collect(Collectors.joining());
                out.println("{" + all + rest + "}");
                return;
            }
            StringBuilder line = new StringBuilder();
            texts.values().forEach(text -> line.append(String.format("%-16s", text)));
            numbers.forEach((name, value) -> line.append(String.format("%s %-9s", name, value)));
            out.println(line.toString().stripTrailing());
        }
    }
}
