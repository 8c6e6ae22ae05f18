package org.pdtoolkit.ctl.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.ctl.client.Json;

/**
 * Columns under headings. When they do not fit into the screen each row becomes a block of lines,
 * so nothing is ever cut off.
 *
 * @param headings may be empty: then there is no heading line
 * @param rows each as long as the headings, or of any length when there are none
 */
public record Table(List<String> headings, List<List<String>> rows) {
    private static final String GAP = "  ";

    public Table {
        headings = List.copyOf(headings);
        rows = List.copyOf(rows);
    }

    /** A generic view: an array of objects as columns, an object as names and values. */
    public static Table of(Object tree) {
        if (tree instanceof List<?> list
                && !list.isEmpty()
                && list.get(0) instanceof Map<?, ?> map) {
            List<String> names = new ArrayList<>();
            List<String> headings = new ArrayList<>();
            for (Object key : map.keySet()) {
                names.add(key.toString());
                headings.add(key.toString().toUpperCase(java.util.Locale.ROOT));
            }
            List<List<String>> rows = new ArrayList<>();
            for (Object item : list) {
                List<String> row = new ArrayList<>();
                for (String name : names) {
                    row.add(cell(Json.field(item, name)));
                }
                rows.add(row);
            }
            return new Table(headings, rows);
        }
        List<List<String>> rows = new ArrayList<>();
        if (tree instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                rows.add(List.of(entry.getKey().toString(), cell(entry.getValue())));
            }
        } else {
            rows.add(List.of(cell(tree)));
        }
        return new Table(List.of(), rows);
    }

    private static String cell(Object value) {
        if (value instanceof List<?> list) {
            StringBuilder text = new StringBuilder();
            for (Object item : list) {
                text.append(text.length() == 0 ? "" : ",").append(cell(item));
            }
            return text.toString();
        }
        return value instanceof Map ? Json.compact(value) : String.valueOf(value);
    }

    /**
     * The text, one newline after each line.
     *
     * @param columns width of the screen; 0 when it is unknown or unlimited
     */
    public String text(int columns) {
        List<List<String>> lines = new ArrayList<>();
        if (!headings.isEmpty()) {
            lines.add(headings);
        }
        for (List<String> row : rows) {
            List<String> line = new ArrayList<>();
            for (String value : row) {
                line.add(SafeText.oneLine(value));
            }
            lines.add(line);
        }
        List<Integer> widths = widths(lines);
        int total = -GAP.length();
        for (int width : widths) {
            total += width + GAP.length();
        }
        boolean tooWide = columns > 0 && total > columns && !headings.isEmpty();
        return tooWide ? blocks(lines) : aligned(lines, widths);
    }

    private static List<Integer> widths(List<List<String>> lines) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                int width = SafeText.width(line.get(i));
                if (i == widths.size()) {
                    widths.add(width);
                } else if (width > widths.get(i)) {
                    widths.set(i, width);
                }
            }
        }
        return widths;
    }

    private static String aligned(List<List<String>> lines, List<Integer> widths) {
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                String value = line.get(i);
                row.append(i == 0 ? "" : GAP).append(value);
                row.append(" ".repeat(widths.get(i) - SafeText.width(value)));
            }
            text.append(row.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static String blocks(List<List<String>> lines) {
        List<String> headings = lines.get(0);
        int widest = 0;
        for (String heading : headings) {
            widest = Math.max(widest, SafeText.width(heading));
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < lines.size(); i++) {
            text.append(i == 1 ? "" : "\n");
            for (int j = 0; j < headings.size(); j++) {
                String heading = headings.get(j);
                String line = heading + " ".repeat(widest - SafeText.width(heading)) + GAP;
                text.append((line + lines.get(i).get(j)).stripTrailing()).append('\n');
            }
        }
        return text.toString();
    }
}
