package org.pdtoolkit.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.command.CommandTree;
import org.pdtoolkit.ctl.command.HelpPage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual of pdctl from the command model: {@code pdctl.1} and a page for each first
 * word. What the model cannot know stands in the resource {@code man/pdctl.text}.
 */
public final class ManPages {
    private final StringBuilder text = new StringBuilder();

    private ManPages() {}

    /** Writes the pages into the folder that is the only argument. */
    public static void main(String[] args) throws IOException {
        for (Map.Entry<String, String> page : all().entrySet()) {
            Files.writeString(Path.of(args[0], page.getKey()), page.getValue());
        }
    }

    /** File name to page. */
    static Map<String, String> all() throws IOException {
        CommandSpec root = CommandTree.all();
        Map<String, String> pages = new TreeMap<>();
        pages.put("pdctl.1", new ManPages().overview(root));
        for (CommandSpec noun : HelpPage.children(root)) {
            pages.put("pdctl-" + noun.name() + ".1", new ManPages().noun(noun));
        }
        return pages;
    }

    private String overview(CommandSpec root) throws IOException {
        head("pdctl", "operate a PD cluster");
        section("SYNOPSIS");
        line(".B pdctl");
        line("[" + escaped("FLAG") + "...] COMMAND [ARGUMENT...]");
        line(".br");
        line(".B pdctl");
        line("[" + escaped("FLAG") + "...] [" + bold("-f") + " FILE]");
        prose("description");
        section("COMMANDS");
        for (CommandSpec noun : HelpPage.children(root)) {
            item(bold(noun.name()) + " (" + escaped("pdctl-" + noun.name()) + "(1))");
            line(escaped(noun.usageMessage().description()[0]));
        }
        section("FLAGS OF EVERY COMMAND");
        options(HelpPage.global(root));
        section("FLAGS OF PDCTL ITSELF");
        options(HelpPage.own(root));
        section("EXIT STATUS");
        for (ExitCode code : ExitCode.values()) {
            item(bold(Integer.toString(code.number())));
            line(escaped(code.meaning() + "; " + code.word() + " in JSON"));
        }
        prose("rest");
        return text.toString();
    }

    private String noun(CommandSpec noun) {
        String summary = noun.usageMessage().description()[0];
        String name = Character.toLowerCase(summary.charAt(0)) + summary.substring(1);
        head("pdctl-" + noun.name(), name.substring(0, name.length() - 1));
        section("SYNOPSIS");
        synopses(noun);
        section("DESCRIPTION");
        describe(noun);
        section("EXAMPLES");
        examples(noun);
        section("SEE ALSO");
        line(bold("pdctl") + "(1) for the flags of every command, the exit codes and the shell");
        return text.toString();
    }

    private void head(String name, String summary) {
        line(".\\\" Made by ManPages from the command model of pdctl; do not edit.");
        line(".TH " + escaped(name).toUpperCase(java.util.Locale.ROOT) + " 1 \"\" \"pd-toolkit\"");
        line(".nh");
        line(".ad l");
        section("NAME");
        line(escaped(name) + " \\- " + escaped(summary));
    }

    private void synopses(CommandSpec spec) {
        if (HelpPage.acts(spec)) {
            line(escaped(HelpPage.synopsis(spec)));
            line(".br");
        }
        for (CommandSpec child : HelpPage.children(spec)) {
            synopses(child);
        }
    }

    private void describe(CommandSpec spec) {
        line(".SS " + escaped("pdctl " + HelpPage.path(spec)));
        for (String paragraph : spec.usageMessage().description()) {
            line(".PP");
            line(escaped(paragraph));
        }
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            item(italic(positional.paramLabel()));
            line(escaped(positional.description()[0]));
        }
        options(HelpPage.own(spec));
        for (CommandSpec child : HelpPage.children(spec)) {
            describe(child);
        }
    }

    private void options(List<OptionSpec> options) {
        for (OptionSpec option : options) {
            item(bold(HelpPage.names(option)));
            line(escaped(option.description()[0]));
        }
    }

    private void examples(CommandSpec spec) {
        for (String example : spec.usageMessage().footer()) {
            line(".PP");
            line(".nf");
            line("    " + escaped(example));
            line(".fi");
        }
        for (CommandSpec child : HelpPage.children(spec)) {
            examples(child);
        }
    }

    /**
     * A part of the prose: sections start with {@code == NAME}, items with {@code * TERM}, lines
     * indented by four blanks stay as they are, blank lines part paragraphs.
     */
    private void prose(String part) throws IOException {
        boolean wanted = false;
        for (String line : template().split("\n")) {
            if (line.startsWith("@")) {
                wanted = line.equals("@" + part);
            } else if (wanted && line.startsWith("== ")) {
                section(line.substring(3));
            } else if (wanted && line.startsWith("* ")) {
                item(bold(line.substring(2)));
            } else if (wanted && line.startsWith("    ")) {
                line(".nf");
                line(escaped(line));
                line(".fi");
            } else if (wanted) {
                line(line.isBlank() ? ".PP" : escaped(line));
            }
        }
    }

    private static String template() throws IOException {
        try (InputStream in = ManPages.class.getResourceAsStream("/man/pdctl.text")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void section(String name) {
        line(".SH " + escaped(name));
    }

    private void item(String term) {
        line(".TP");
        line(term);
    }

    private static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    private static String escaped(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
