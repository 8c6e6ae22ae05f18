package org.pdtoolkit.server.offline;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pdtoolkit.server.offline.ToolCommand.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What the manual pages of the offline tools have in common. */
class CommandManPage {
    static final Streams STREAMS =
            new Streams(InputStream.nullInputStream(), System.out, System.err);

    private final StringBuilder page = new StringBuilder();

    final String written() {
        return page.toString();
    }

    /** Writes everything up to the synopsis; returns the commands. */
    final List<CommandSpec> begin(String title, String purpose, CommandLine root) {
        List<CommandSpec> commands = new ArrayList<>();
        root.getSubcommands().values().forEach(line -> commands.add(line.getCommandSpec()));
        line(
                ".\\\" Made by "
                        + getClass().getSimpleName()
                        + " from the command model; do not edit.");
        line(".TH " + escape(title) + " 8 \"\" \"pd-toolkit server\"");
        line(".nh");
        line(".ad l");
        line(".SH NAME");
        line(escape(title.toLowerCase(Locale.ROOT)) + " \\- " + purpose);
        line(".SH SYNOPSIS");
        commands.forEach(this::synopsis);
        return commands;
    }

    final void environmentAndExit() {
        line(".SH ENVIRONMENT");
        item("\\fBPD_NODE_JAVA_OPTS\\fR", "Heap and collector flags, as for \\fBpd-node\\fR(8).");
        line(".SH EXIT STATUS");
        for (ExitCode code : ExitCode.values()) {
            item("\\fB" + code.number() + "\\fR", escape(code.meaning()));
        }
        line(".SH SEE ALSO");
    }

    final void synopsis(CommandSpec command) {
        line(".B " + escape(command.qualifiedName()));
        StringBuilder words = new StringBuilder();
        command.positionalParameters().forEach(p -> words.append(italic(p.paramLabel())));
        for (OptionSpec option : command.options()) {
            String name = "\\fB" + escape(option.longestName()) + "\\fR";
            boolean flag = option.arity().max() == 0;
            String shown = name + (flag ? "" : " " + italic(option.paramLabel()));
            words.append(' ').append(option.required() ? shown : "[" + shown + "]");
        }
        line(words.toString());
        line(".br");
    }

    final void command(CommandSpec command) {
        line(".SS " + escape(command.name()));
        String[] description = command.usageMessage().description();
        for (int i = 0; i < description.length; i++) {
            if (i > 0) {
                line(".PP");
            }
            line(escape(description[i]));
        }
        command.positionalParameters().forEach(p -> argument(italic(p.paramLabel()), p));
        for (OptionSpec option : command.options()) {
            String value = option.arity().max() == 0 ? "" : " " + italic(option.paramLabel());
            argument("\\fB" + escape(String.join(", ", option.names())) + "\\fR" + value, option);
        }
        for (String line : command.usageMessage().footer()) {
            String example = line.replaceFirst("^Examples?: *", "").strip();
            if (!example.isEmpty()) {
                line(".PP");
                line(".nf");
                line("    " + escape(example));
                line(".fi");
            }
        }
    }

    final void argument(String tag, ArgSpec argument) {
        item(tag, escape(argument.description()[0]));
    }

    final void item(String tag, String text) {
        line(".TP");
        line(tag);
        line(text);
    }

    final void text(String... paragraphs) {
        for (int i = 0; i < paragraphs.length; i++) {
            if (i > 0) {
                line(".PP");
            }
            line(paragraphs[i]);
        }
    }

    static String italic(String text) {
        return "\\fI" + escape(text) + "\\fR";
    }

    static String escape(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    final void line(String text) {
        page.append(text).append('\n');
    }
}
