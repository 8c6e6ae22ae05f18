package org.pdtoolkit.server.offline;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.server.offline.ToolCommand.Streams;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Writes {@code pd-node-storage(8)} from the command model. */
final class StorageManPage {
    private final StringBuilder page = new StringBuilder();

    private StorageManPage() {}

    static String text() {
        StorageManPage page = new StorageManPage();
        page.write(
                StorageCommand.of(
                        new Streams(InputStream.nullInputStream(), System.out, System.err)));
        return page.page.toString();
    }

    private void write(CommandLine root) {
        List<CommandSpec> commands = new ArrayList<>();
        root.getSubcommands().values().forEach(line -> commands.add(line.getCommandSpec()));
        line(".\\\" Made by StorageManPage from the command model; do not edit.");
        line(".TH PD\\-NODE\\-STORAGE 8 \"\" \"pd-toolkit server\"");
        line(".nh");
        line(".ad l");
        line(".SH NAME");
        line("pd\\-node\\-storage \\- look into, check, copy and convert the data dir of a node");
        line(".SH SYNOPSIS");
        commands.forEach(this::synopsis);
        line(".SH DESCRIPTION");
        text(
                "The node must be stopped; one that runs is named by its process id and left"
                        + " alone. The backend is read from the data dir.",
                "Opening a data dir may do what every start of the node does: finish what a crash"
                        + " interrupted, and bring an older disk format to the current one."
                        + " Nothing else is written to it. A directory without a storage is"
                        + " refused, never made into one.",
                "Answers go to standard output, everything else to standard error. What takes"
                        + " longer than a second tells how far it is if standard error is a"
                        + " terminal.");
        line(".SH COMMANDS");
        commands.forEach(this::command);
        line(".SH COPIES OF A MEMBER");
        text(
                "Never start both a data dir and its copy: two members would vote with one name."
                        + " In a cluster of several members start only a copy that was made after"
                        + " the member stopped for the last time. An older one has forgotten votes"
                        + " and entries that the others count on; remove the member and add it"
                        + " again empty instead. A copy of the only member of a cluster may be"
                        + " older: then what came after it is lost, timestamps may repeat.");
        line(".SH EXPORT FORMAT");
        text(
                "Version 1, big endian. It begins with PDEXPORT and the version (4 bytes). Blocks"
                        + " follow: type (1), length (4), payload, CRC32C (4) of all three. Types"
                        + " in their order: 1 log head, 2 log entries, 3 applied state, 4 pairs, 5"
                        + " snapshot, 6 its content, 7 the SHA\\-256 of everything before this"
                        + " block. That is the digest the commands print. Equal content gives"
                        + " equal bytes, whatever the backend.");
        line(".SH ENVIRONMENT");
        item("\\fBPD_NODE_JAVA_OPTS\\fR", "Heap and collector flags, as for \\fBpd-node\\fR(8).");
        line(".SH EXIT STATUS");
        for (ExitCode code : ExitCode.values()) {
            item("\\fB" + code.number() + "\\fR", escape(code.meaning()));
        }
        line(".SH SEE ALSO");
        line(".BR pd-node (8),");
        line(".BR pd-storage (7)");
    }

    private void synopsis(CommandSpec command) {
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

    private void command(CommandSpec command) {
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

    private void argument(String tag, ArgSpec argument) {
        item(tag, escape(argument.description()[0]));
    }

    private void item(String tag, String text) {
        line(".TP");
        line(tag);
        line(text);
    }

    private void text(String... paragraphs) {
        for (int i = 0; i < paragraphs.length; i++) {
            if (i > 0) {
                line(".PP");
            }
            line(paragraphs[i]);
        }
    }

    private static String italic(String text) {
        return "\\fI" + escape(text) + "\\fR";
    }

    private static String escape(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
