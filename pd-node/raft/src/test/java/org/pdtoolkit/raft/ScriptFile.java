package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;

/** Reads files of commands and expected output, one block after the other. */
final class ScriptFile {
    /** A key with no, one or several values. */
    record Argument(String key, List<String> values) {
        String value() {
            if (values.size() != 1) {
                throw new IllegalArgumentException(key + " needs one value, has " + values);
            }
            return values.get(0);
        }

        long number() {
            return Long.parseUnsignedLong(value());
        }

        boolean flag() {
            return switch (value()) {
                case "1", "t", "T", "true", "True", "TRUE" -> true;
                case "0", "f", "F", "false", "False", "FALSE" -> false;
                default -> throw new IllegalArgumentException(key + " is no flag: " + value());
            };
        }

        long bareNumber() {
            if (!values.isEmpty()) {
                throw new IllegalArgumentException(key + " must not have a value");
            }
            return Long.parseUnsignedLong(key);
        }
    }

    /** One command with its input and the output it must have. */
    record Block(
            int line, String command, List<Argument> arguments, String input, String expected) {
        /** The arguments without values, as node numbers. */
        List<Long> nodes() {
            List<Long> nodes = new ArrayList<>();
            for (Argument argument : arguments) {
                if (argument.values().isEmpty()) {
                    nodes.add(argument.bareNumber());
                }
            }
            return nodes;
        }

        boolean has(String key) {
            return find(key) != null;
        }

        Argument get(String key) {
            Argument found = find(key);
            if (found == null) {
                throw new IllegalArgumentException(command + " needs " + key);
            }
            return found;
        }

        private Argument find(String key) {
            for (Argument argument : arguments) {
                if (argument.key().equals(key)) {
                    return argument;
                }
            }
            return null;
        }
    }

    private static final String SEPARATOR = "----";

    private final List<String> lines;
    private int position;

    private ScriptFile(List<String> lines) {
        this.lines = lines;
    }

    static List<Block> parse(List<String> lines) {
        return new ScriptFile(lines).blocks();
    }

    /** The same file with {@code outputs} in the places of the expected ones. */
    static List<String> rewritten(List<String> lines, List<Block> blocks, List<String> outputs) {
        List<String> result = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < blocks.size(); i++) {
            int separator = lines.subList(blocks.get(i).line(), lines.size()).indexOf(SEPARATOR);
            int until = blocks.get(i).line() + separator + 1;
            result.addAll(lines.subList(from, until));
            outputs.get(i).lines().forEach(result::add);
            from = until + (int) blocks.get(i).expected().lines().count();
        }
        result.addAll(lines.subList(from, lines.size()));
        return result;
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        while (position < lines.size()) {
            int line = position + 1;
            String directive = lines.get(position++).trim();
            if (directive.isEmpty() || directive.startsWith("#")) {
                continue;
            }
            while (directive.endsWith("\\") && position < lines.size()) {
                directive =
                        directive.substring(0, directive.length() - 1).trim()
                                + " "
                                + lines.get(position++).trim();
            }
            int space = directive.indexOf(' ');
            String command = space < 0 ? directive : directive.substring(0, space);
            String rest = space < 0 ? "" : directive.substring(space);
            blocks.add(new Block(line, command, arguments(rest), input(), expected()));
        }
        return blocks;
    }

    private String input() {
        StringBuilder input = new StringBuilder();
        while (position < lines.size()) {
            String line = lines.get(position++);
            if (line.equals(SEPARATOR)) {
                break;
            }
            input.append(line).append('\n');
        }
        return input.toString().trim();
    }

    private String expected() {
        StringBuilder expected = new StringBuilder();
        if (position < lines.size() && lines.get(position).equals(SEPARATOR)) {
            position++;
            while (!(at(position).equals(SEPARATOR) && at(position + 1).equals(SEPARATOR))) {
                expected.append(at(position++)).append('\n');
            }
            position += 2;
            return expected.toString();
        }
        while (position < lines.size() && !lines.get(position).isBlank()) {
            expected.append(lines.get(position++)).append('\n');
        }
        return expected.toString();
    }

    private String at(int index) {
        if (index >= lines.size()) {
            throw new IllegalArgumentException("double separator is not closed");
        }
        return lines.get(index);
    }

    private static List<Argument> arguments(String text) {
        List<Argument> arguments = new ArrayList<>();
        int i = 0;
        while (true) {
            while (i < text.length() && text.charAt(i) == ' ') {
                i++;
            }
            if (i == text.length()) {
                return arguments;
            }
            int begin = i;
            while (i < text.length() && text.charAt(i) != ' ' && text.charAt(i) != '=') {
                i++;
            }
            String key = text.substring(begin, i);
            if (key.isEmpty()) {
                throw new IllegalArgumentException("argument without key: " + text);
            }
            if (i == text.length() || text.charAt(i) == ' ') {
                arguments.add(new Argument(key, List.of()));
                continue;
            }
            i++;
            if (i < text.length() && text.charAt(i) == '(') {
                int end = closing(text, i);
                arguments.add(new Argument(key, values(text.substring(i + 1, end))));
                i = end + 1;
            } else {
                int end = text.indexOf(' ', i);
                end = end < 0 ? text.length() : end;
                arguments.add(new Argument(key, List.of(text.substring(i, end))));
                i = end;
            }
        }
    }

    private static int closing(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            if (text.charAt(i) == '(') {
                depth++;
            } else if (text.charAt(i) == ')' && --depth == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("parenthesis is not closed: " + text);
    }

    private static List<String> values(String text) {
        List<String> values = new ArrayList<>();
        int depth = 0;
        int begin = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            } else if (c == ',' && depth == 0) {
                values.add(text.substring(begin, i));
                begin = i + 1;
                while (begin < text.length() && text.charAt(begin) == ' ') {
                    begin++;
                }
                i = begin - 1;
            }
        }
        values.add(text.substring(begin));
        return values;
    }
}
