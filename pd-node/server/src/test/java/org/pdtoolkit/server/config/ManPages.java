package org.pdtoolkit.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.pdtoolkit.server.config.ConfigKey.Group;

/**
 * Writes {@code pd-node(8)}, {@code pd-node.conf(5)} and the example file from the {@link
 * ConfigSchema}, so that they cannot say anything else than the code. Pages are in man(7) macros.
 */
final class ManPages {
    private static final int SOURCE_WIDTH = 78;

    private final StringBuilder page = new StringBuilder();

    private ManPages() {}

    /** The page of the command. */
    static String command() {
        ManPages page = new ManPages();
        page.title("PD-NODE", 8, "pd-toolkit server");
        page.section("NAME");
        page.line("pd-node \\- one member of a Placement Driver cluster");
        page.section("SYNOPSIS");
        page.line(".B pd-node");
        page.line("[\\fIflags\\fR]");
        page.section("DESCRIPTION");
        page.text(
                "pd-node elects leaders with Raft, keeps a replicated key-value store that speaks"
                        + " etcd's API, and serves timestamps, ids and the cluster's members as"
                        + " TiKV's Placement Driver does. It takes the flags of pd-server and of"
                        + " etcd, so that their command lines start it.");
        page.text(
                "Every flag is also a variable in the environment and a key in the file that"
                        + " \\fB\\-\\-config\\fR names; see \\fBpd-node.conf\\fR(5). A flag wins"
                        + " over the environment, the environment over the file. All of it is"
                        + " checked before the data directory is touched, and all problems are"
                        + " told at once.");
        page.section("OPTIONS");
        for (Group group : Group.values()) {
            page.line(".SS " + group.title());
            ConfigSchema.rows().stream().filter(r -> r.group() == group).forEach(page::flag);
        }
        page.line(".SS Other");
        page.item("\\fB\\-V\\fR, \\fB\\-\\-version", "Print the version and exit.");
        page.item("\\fB\\-h\\fR, \\fB\\-\\-help", "Print the flags and exit.");
        page.line(".SS Accepted for etcd's command lines");
        page.text("Without effect, with a warning:");
        page.text(flags(OriginalKeys.Effect.IGNORED));
        page.text(
                "Refused as not supported yet unless empty, off or etcd's default, because etcd"
                        + " would be stricter with them:");
        page.text(flags(OriginalKeys.Effect.REFUSED));
        page.text("Each may begin with \\fB\\-\\-experimental\\-\\fR as in etcd 3.5.");
        page.commandRest();
        return page.page.toString();
    }

    private void commandRest() {
        section("ENVIRONMENT");
        item(
                "\\fBPD_NODE_\\fR\\fINAME",
                "Any flag, in capitals and with _ for each dash: PD_NODE_CLIENT_URLS.");
        item(
                "\\fBETCD_\\fR\\fINAME",
                "The same with etcd's spelling of a flag, as \\fBetcdctl member add\\fR prints it:"
                        + " ETCD_INITIAL_CLUSTER. Counts after PD_NODE_\\fINAME\\fR, before the"
                        + " file.");
        item(
                "\\fBPD_NODE_JAVA_OPTS",
                "Replaces the JVM's heap and collector flags of \\fBscripts/pd-node\\fR.");
        item("\\fBJAVA_HOME", "The JDK to run with, 17 or newer; by default the java of the path.");
        item("\\fBJOURNAL_STREAM", "Set by systemd; log lines then begin with a priority.");
        section("SIGNALS");
        item("\\fBSIGTERM\\fR, \\fBSIGINT", "Stop serving, give leadership up, and exit with 0.");
        section("EXIT STATUS");
        status(0, "Stopped by a signal; also after help, version and a good \\-\\-config\\-check.");
        status(1, "Could not start, or had to stop: the last lines of the log say why.");
        status(2, "The configuration has problems; nothing was started.");
        status(10, "The configuration asks for what is not supported yet; nothing was started.");
        status(
                11,
                "This member was removed from its cluster; its data directory is of no more use.");
        section("EXAMPLES");
        text("A cluster of one, data in ./default.pd1:");
        example("pd-node --name pd1");
        text("The first of three members:");
        example(
                "pd-node --name pd1 --data-dir /var/lib/pd-node/pd1 \\",
                "  --client-urls http://10.0.1.11:2379 --peer-urls http://10.0.1.11:2380 \\",
                "  --initial-cluster pd1=http://10.0.1.11:2380,pd2=http://10.0.1.12:2380,"
                        + "pd3=http://10.0.1.13:2380");
        text("With etcd's spellings:");
        example(
                "pd-node --name infra0 --listen-client-urls http://127.0.0.1:2379 \\",
                "  --advertise-client-urls http://127.0.0.1:2379");
        text(
                "Three founders that find each other in a running cluster, each with a name, data"
                        + " directory and URLs of its own:");
        example(
                "etcdctl --endpoints 10.0.0.1:2379 put /_etcd/registry/blue/_config/size 3",
                "pd-node --name pd1 --discovery-endpoints 10.0.0.1:2379 --discovery-token blue \\",
                "  --client-urls http://10.0.1.11:2379 --peer-urls http://10.0.1.11:2380");
        section("SEE ALSO");
        line(".BR pd-node\\-storage (8),");
        line(".BR pd-node.conf (5),");
        line(".BR pdctl (1)");
    }

    /** The page of the file. */
    static String file() {
        ManPages page = new ManPages();
        page.title("PD-NODE.CONF", 5, "pd-toolkit server");
        page.section("NAME");
        page.line("pd-node.conf \\- configuration of pd-node");
        page.section("DESCRIPTION");
        page.text(
                "\\fBpd-node --config\\fR \\fIFILE\\fR reads keys from a TOML file in UTF-8 of at"
                        + " most 1 MiB. Files written for pd-server are understood. A key may also"
                        + " be given by its plain name, which is the flag's. Empty text means that"
                        + " the key is not set. Paths are relative to the working directory. A"
                        + " flag or a variable in the environment wins over the file.");
        page.text(
                "Durations are written like 500ms, 3s or 1m30s; sizes like 1572864, 512KiB or"
                        + " 8GiB, with KB, MB and GB as powers of 1024; lists as one text with"
                        + " commas or as an array.");
        page.section("KEYS");
        for (Group group : Group.values()) {
            List<ConfigKey<?>> rows =
                    ConfigSchema.rows().stream()
                            .filter(r -> r.group() == group && !r.fileKeys().isEmpty())
                            .toList();
            if (!rows.isEmpty()) {
                page.line(".SS " + group.title());
                rows.forEach(page::key);
            }
        }
        page.section("PD-SERVER'S OTHER KEYS");
        page.text("Accepted without effect, with a warning:");
        OriginalKeys.pdTables()
                .forEach(
                        (table, keys) -> {
                            page.item(
                                    table.isEmpty() ? "top level" : "[" + escape(table) + "]",
                                    keys.contains("*")
                                            ? "any key"
                                            : escape(String.join(", ", keys)));
                        });
        page.text(
                "Refused as not supported yet unless empty or switched off:"
                        + " security.cert\\-allowed\\-cn,"
                        + " security.encryption.data\\-encryption\\-method. Any other key is"
                        + " refused as unknown.");
        page.section("EXAMPLE");
        page.example(example().lines().toArray(String[]::new));
        page.section("SEE ALSO");
        page.line(".BR pd-node (8)");
        return page.page.toString();
    }

    /** A file with every key at its default, commented out. */
    static String example() {
        Map<String, List<String>> tables = new LinkedHashMap<>();
        tables.put("", new ArrayList<>());
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            if (row.fileKeys().isEmpty()) {
                continue;
            }
            String key = row.fileKeys().get(0);
            int dot = key.lastIndexOf('.');
            List<String> lines =
                    tables.computeIfAbsent(
                            key.substring(0, Math.max(0, dot)), table -> new ArrayList<>());
            boolean number =
                    Quantity.isWholeNumber(row.defaultText())
                            && !row.placeholder().equals("DURATION");
            // A default in words is no value that could be uncommented.
            boolean isValue = row.defaultText().isEmpty() && row.shownDefault().contains("<");
            String text = isValue ? row.shownDefault() : row.defaultText();
            String value = row.isSwitch() || number ? text : "\"" + text + "\"";
            wrap(row.doc(), SOURCE_WIDTH - 2).forEach(line -> lines.add("# " + line));
            lines.add("# " + key.substring(dot + 1) + " = " + value);
        }
        StringBuilder text = new StringBuilder();
        text.append("# Keys of pd-node with their defaults; see pd-node.conf(5).\n");
        tables.forEach(
                (table, lines) -> {
                    text.append('\n').append(table.isEmpty() ? "" : "[" + table + "]\n");
                    lines.forEach(line -> text.append(line).append('\n'));
                });
        return text.toString();
    }

    private void key(ConfigKey<?> row) {
        String bounds = row.bounds().isEmpty() ? "" : " Takes: " + row.bounds() + ".";
        item(
                "\\fB" + escape(row.fileKeys().get(0)) + "\\fR = \\fI" + escape(row.placeholder()),
                escape(row.doc() + bounds + defaultSentence(row)),
                "Flag \\fB\\-\\-"
                        + escape(row.name())
                        + "\\fR, variable \\fB"
                        + row.environmentName()
                        + "\\fR; takes effect "
                        + (row.reloadable() ? "while the node runs." : "at the next start."));
    }

    private void flag(ConfigKey<?> row) {
        String letter = row.letter() == 0 ? "" : "\\fB\\-" + row.letter() + "\\fR, ";
        String value =
                row.isSwitch() ? "[=\\fItrue|false\\fR]" : " \\fI" + escape(row.placeholder());
        String aliases =
                row.aliases().isEmpty()
                        ? ""
                        : " Also "
                                + row.aliases().stream()
                                        .map(alias -> "--" + alias)
                                        .collect(Collectors.joining(", "))
                                + ".";
        item(
                letter + "\\fB\\-\\-" + escape(row.name()) + "\\fR" + value,
                escape(row.doc() + defaultSentence(row) + aliases));
    }

    private static String defaultSentence(ConfigKey<?> row) {
        return row.shownDefault().isEmpty() ? "" : " Default: " + row.shownDefault() + ".";
    }

    private static String flags(OriginalKeys.Effect effect) {
        return OriginalKeys.etcdFlags().stream()
                .filter(flag -> OriginalKeys.ofEtcdFlag(flag).orElseThrow() == effect)
                .map(flag -> escape("--" + flag))
                .collect(Collectors.joining(", "));
    }

    private void title(String name, int section, String book) {
        line(".\\\" Generated from ConfigSchema; a test compares. Do not edit.");
        line(".TH " + name + " " + section + " \"2026-11-21\" \"pd-toolkit\" \"" + book + "\"");
        line(".nh");
        line(".ad l");
    }

    private void section(String title) {
        line(".SH " + title);
    }

    private void item(String tag, String... paragraphs) {
        line(".TP");
        line(tag + "\\fR");
        for (int i = 0; i < paragraphs.length; i++) {
            if (i > 0) {
                line(".IP");
            }
            wrap(paragraphs[i], SOURCE_WIDTH).forEach(this::line);
        }
    }

    private void status(int code, String meaning) {
        item("\\fB" + code, meaning);
    }

    private void text(String text) {
        paragraph();
        wrap(text, SOURCE_WIDTH).forEach(this::line);
    }

    /** Lines of words; none begins with a character that would make it a request. */
    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            boolean full = line.length() + 1 + word.length() > width;
            if (line.length() > 0 && full && !word.startsWith(".")) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** A break, except behind a heading, which brings its own. */
    private void paragraph() {
        if (!page.substring(page.lastIndexOf("\n", page.length() - 2) + 1).startsWith(".S")) {
            line(".PP");
        }
    }

    private void example(String... lines) {
        paragraph();
        line(".RS 4");
        line(".nf");
        for (String text : lines) {
            line(text.isEmpty() ? "\\&" : escape(text).replaceAll("^([.'])", "\\\\&$1"));
        }
        line(".fi");
        line(".RE");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private static String escape(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }
}
