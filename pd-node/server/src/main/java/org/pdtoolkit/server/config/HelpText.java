package org.pdtoolkit.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.pdtoolkit.server.config.ConfigKey.Group;

/** What {@code --help} and {@code -V} print, made from the {@link ConfigSchema}. */
final class HelpText {
    private static final int WIDTH = 80;
    private static final int INDENT = 6;

    private HelpText() {}

    /** Every flag with its default, by chapter, at most 80 columns wide. */
    static String help() {
        StringBuilder text = new StringBuilder();
        text.append("Usage: pd-node [flags]\n\n");
        wrap(
                text,
                0,
                "Runs one member of a Placement Driver cluster. Every flag is also a variable"
                        + " PD_NODE_<NAME> in the environment and a key in the file that --config"
                        + " names; a flag wins over the environment, the environment over the"
                        + " file.");
        text.append('\n');
        wrap(
                text,
                0,
                "'pd-node storage --help' tells how to look into, check, copy and convert the data"
                        + " dir of a stopped node.");
        text.append("\nExample: a cluster of one on this machine, data in ./default.pd1\n");
        text.append("  pd-node --name pd1\n");
        for (Group group : Group.values()) {
            text.append('\n').append(group.title()).append(":\n");
            for (ConfigKey<?> row : ConfigSchema.rows()) {
                if (row.group() == group) {
                    flag(text, row);
                }
            }
        }
        text.append("\nOther:\n");
        text.append("  -V, --version\n").append("      Print the version and exit.\n");
        text.append("  -h, --help\n").append("      Print this text and exit.\n\n");
        wrap(
                text,
                0,
                "etcd's spellings of these flags are accepted, also as variables ETCD_<NAME>, and"
                        + " its other flags too, with a warning where they have no effect: see"
                        + " pd-node(8).");
        text.append('\n');
        wrap(
                text,
                0,
                "Exit codes: 0 stopped on request, 1 failed, 2 the configuration has problems, 10"
                        + " it asks for something that is not supported yet.");
        return text.toString();
    }

    private static void flag(StringBuilder text, ConfigKey<?> row) {
        text.append("  ");
        if (row.letter() != 0) {
            text.append('-').append(row.letter()).append(", ");
        }
        text.append("--").append(row.name());
        if (!row.isSwitch()) {
            text.append(' ').append(row.placeholder());
        }
        text.append('\n');
        String shown = row.shownDefault();
        boolean says = !shown.isEmpty() && !(row.isSwitch() && shown.equals("false"));
        wrap(text, INDENT, row.doc() + (says ? " Default: " + shown + "." : ""));
    }

    private static void wrap(StringBuilder text, int indent, String sentences) {
        int column = 0;
        for (String word : sentences.split(" ")) {
            if (column > 0 && column + 1 + word.length() > WIDTH) {
                text.append('\n');
                column = 0;
            }
            if (column == 0) {
                text.append(" ".repeat(indent));
                column = indent;
            } else {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
        text.append('\n');
    }

    /** The first line is spelled as pd-server's, which deployment tools read. */
    static String version() {
        return "Release Version: "
                + release()
                + "\nEdition: pd-toolkit\nJava: "
                + Runtime.version()
                + "\n";
    }

    /** Version of this build as in the pom, with the {@code v} that PD's versions carry. */
    static String release() {
        Properties properties = new Properties();
        try (InputStream in = HelpText.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "v" + properties.getProperty("version");
    }
}
