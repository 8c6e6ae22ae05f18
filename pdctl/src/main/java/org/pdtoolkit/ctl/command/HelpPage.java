package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The help of one command, short enough for one screen. */
public final class HelpPage {
    private static final int SCREEN_COLUMNS = 80;

    private HelpPage() {}

    /** The words that lead to a command, without {@code pdctl}; empty for the root. */
    public static String path(CommandSpec spec) {
        String qualified = spec.qualifiedName(" ");
        int blank = qualified.indexOf(' ');
        return blank < 0 ? "" : qualified.substring(blank + 1);
    }

    /** How the command is typed. */
    public static String synopsis(CommandSpec spec) {
        StringBuilder text = new StringBuilder("pdctl");
        String path = path(spec);
        if (!path.isEmpty()) {
            text.append(' ').append(path);
        }
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            boolean required = positional.required();
            text.append(required ? " " : " [").append(positional.paramLabel());
            text.append(required ? "" : "]");
        }
        for (OptionSpec option : own(spec)) {
            if (!path.isEmpty()) {
                text.append(" [").append(option.longestName());
                text.append(option.arity().max() == 0 ? "" : " " + option.paramLabel());
                text.append(']');
            }
        }
        return text.toString();
    }

    /** The flags that are not those of every command. */
    public static List<OptionSpec> own(CommandSpec spec) {
        List<OptionSpec> options = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            boolean inherited = option.inherited();
            boolean global = option.scopeType() == CommandLine.ScopeType.INHERIT;
            if (!inherited && !global) {
                options.add(option);
            }
        }
        return options;
    }

    /** The flags of every command. */
    public static List<OptionSpec> global(CommandSpec root) {
        List<OptionSpec> options = new ArrayList<>(root.options());
        options.removeAll(own(root));
        return options;
    }

    /** Whether the command does something itself, besides grouping others. */
    public static boolean acts(CommandSpec spec) {
        return spec.userObject() instanceof Action;
    }

    /** The commands below, without hidden ones. */
    public static List<CommandSpec> children(CommandSpec spec) {
        List<CommandSpec> children = new ArrayList<>();
        for (CommandLine child : spec.subcommands().values()) {
            if (!child.getCommandSpec().usageMessage().hidden()) {
                children.add(child.getCommandSpec());
            }
        }
        return children;
    }

    /** The flag with its names and value as typed. */
    public static String names(OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        return String.join(", ", option.names()) + value;
    }

    static String of(CommandSpec spec) {
        boolean root = path(spec).isEmpty();
        StringBuilder text = new StringBuilder();
        for (String paragraph : spec.usageMessage().description()) {
            wrap(text, "", paragraph);
        }
        text.append("\nUsage:\n");
        if (acts(spec)) {
            text.append("  ").append(synopsis(spec)).append('\n');
        }
        if (!children(spec).isEmpty()) {
            String path = root ? "pdctl" : "pdctl " + path(spec);
            text.append("  ").append(path).append(" COMMAND\n");
        }
        if (root) {
            text.append("  pdctl [-f FILE]     the shell on a terminal, else the lines of stdin\n");
        }
        List<String[]> commands = new ArrayList<>();
        for (CommandSpec child : children(spec)) {
            commands.add(new String[] {child.name(), child.usageMessage().description()[0]});
        }
        section(text, "Commands", commands);
        List<String[]> arguments = new ArrayList<>();
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            arguments.add(new String[] {positional.paramLabel(), positional.description()[0]});
        }
        section(text, "Arguments", arguments);
        section(text, "Flags", rows(own(spec)));
        if (root) {
            section(text, "Flags of every command", rows(global(spec)));
        }
        String[] examples = spec.usageMessage().footer();
        if (examples.length > 0) {
            text.append("\nExample:\n");
            for (String line : examples) {
                text.append("  ").append(line).append('\n');
            }
        }
        text.append(root ? "\nExit codes and files: man pdctl\n" : "\nMore flags: pdctl --help\n");
        return text.toString();
    }

    private static List<String[]> rows(List<OptionSpec> options) {
        List<String[]> rows = new ArrayList<>();
        for (OptionSpec option : options) {
            rows.add(new String[] {names(option), option.description()[0]});
        }
        return rows;
    }

    private static void section(StringBuilder text, String title, List<String[]> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append('\n').append(title).append(":\n");
        int widest = 0;
        for (String[] row : rows) {
            widest = Math.max(widest, row[0].length());
        }
        for (String[] row : rows) {
            String head = "  " + row[0] + " ".repeat(widest - row[0].length() + 2);
            wrap(text, head, row[1]);
        }
    }

    /** One paragraph behind a head, wrapped at blanks and indented under itself. */
    private static void wrap(StringBuilder text, String head, String paragraph) {
        StringBuilder line = new StringBuilder(head);
        boolean fresh = true;
        for (String word : paragraph.split(" ")) {
            if (!fresh && line.length() + 1 + word.length() > SCREEN_COLUMNS) {
                text.append(line).append('\n');
                line = new StringBuilder(" ".repeat(head.length()));
                fresh = true;
            }
            line.append(fresh ? "" : " ").append(word);
            fresh = false;
        }
        text.append(line).append('\n');
    }
}
