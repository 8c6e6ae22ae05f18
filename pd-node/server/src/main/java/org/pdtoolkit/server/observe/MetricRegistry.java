package org.pdtoolkit.server.observe;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/**
 * Named figures of the node. A figure is a supplier that is asked when somebody scrapes, or a
 * histogram that its owner records in; nothing is kept here.
 *
 * <p>Thread: any. Suppliers are called on the scraping thread, must not block and may be called at
 * the same time.
 */
public final class MetricRegistry {
    private enum Type {
        GAUGE,
        COUNTER
    }

    private record NamedHistogram(String help, Histogram histogram) {}

    /** Figures of one name by their labels in text form. */
    private record Family(Type type, String help, Map<String, DoubleSupplier> figures) {}

    private final Map<String, Family> families = new ConcurrentSkipListMap<>();
    private final Map<String, NamedHistogram> histograms = new ConcurrentSkipListMap<>();

    /** Adds a figure that goes up and down. */
    public MetricRegistry gauge(String name, String help, DoubleSupplier value) {
        return gauge(name, help, Map.of(), value);
    }

    public MetricRegistry gauge(
            String name, String help, Map<String, String> labels, DoubleSupplier value) {
        return add(
                name, new Family(Type.GAUGE, help, new ConcurrentSkipListMap<>()), labels, value);
    }

    /** Adds a figure that only grows; its name ends in {@code _total} unless the original's. */
    public MetricRegistry counter(String name, String help, DoubleSupplier value) {
        return counter(name, help, Map.of(), value);
    }

    public MetricRegistry counter(
            String name, String help, Map<String, String> labels, DoubleSupplier value) {
        return add(
                name, new Family(Type.COUNTER, help, new ConcurrentSkipListMap<>()), labels, value);
    }

    /** Adds durations; the name ends in {@code _seconds}. */
    public MetricRegistry histogram(String name, String help, Histogram histogram) {
        if (histograms.putIfAbsent(name, new NamedHistogram(help, histogram)) != null) {
            throw new IllegalArgumentException(name + " is registered twice");
        }
        return this;
    }

    private MetricRegistry add(
            String name, Family empty, Map<String, String> labels, DoubleSupplier value) {
        Family family = families.computeIfAbsent(name, absent -> empty);
        if (family.type() != empty.type()) {
            throw new IllegalArgumentException(name + " is registered as " + family.type());
        }
        if (family.figures().putIfAbsent(text(labels), value) != null) {
            throw new IllegalArgumentException(name + text(labels) + " is registered twice");
        }
        return this;
    }

    /** All figures in the Prometheus text format, version 0.0.4. */
    public String scrape() {
        StringBuilder out = new StringBuilder(8192);
        families.forEach(
                (name, family) -> {
                    out.append("# HELP ").append(name).append(' ').append(family.help());
                    out.append("\n# TYPE ").append(name);
                    out.append(family.type() == Type.GAUGE ? " gauge\n" : " counter\n");
                    family.figures()
                            .forEach(
                                    (labels, value) ->
                                            out.append(name)
                                                    .append(labels)
                                                    .append(' ')
                                                    .append(number(value.getAsDouble()))
                                                    .append('\n'));
                });
        histograms.forEach(
                (name, named) -> {
                    out.append("# HELP ").append(name).append(' ').append(named.help());
                    out.append("\n# TYPE ").append(name).append(" histogram\n");
                    named.histogram().scrape(name, out);
                });
        return out.toString();
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return new BigDecimal(String.valueOf(value)).stripTrailingZeros().toPlainString();
    }

    private static String text(Map<String, String> labels) {
        if (labels.isEmpty()) {
            return "";
        }
        Map<String, String> sorted = new TreeMap<>(labels);
        return sorted.entrySet().stream()
                .map(label -> label.getKey() + "=\"" + escape(label.getValue()) + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
