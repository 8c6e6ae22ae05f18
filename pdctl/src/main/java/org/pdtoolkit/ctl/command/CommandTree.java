package org.pdtoolkit.ctl.command;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The root and its nouns. A noun's model is built only when it is asked for. */
public final class CommandTree {
    /** The first words, in the order of the help page. */
    static final List<String> NOUNS =
            List.of(
                    "member",
                    "health",
                    "ping",
                    "cluster",
                    "tso",
                    "watch",
                    "version",
                    "help",
                    "completion",
                    "exit",
                    MemberNamesCommand.NAME);

    /** Flags of the root with a value. */
    private static final Set<String> ROOT_WITH_VALUE = Set.of("-f", "--file");

    private CommandTree() {}

    /** The whole tree, for help, completion and the manual. */
    public static CommandSpec all() {
        CommandSpec root = root();
        for (String noun : NOUNS) {
            root.addSubcommand(noun, noun(noun).spec());
        }
        return root;
    }

    /** The root with the only noun that the words can mean; the whole tree if they name none. */
    static CommandSpec forWords(String[] words) {
        String first = firstWord(words);
        if (first == null || first.equals("help") || !NOUNS.contains(first)) {
            return all();
        }
        CommandSpec root = root();
        root.addSubcommand(first, noun(first).spec());
        return root;
    }

    private static String firstWord(String[] words) {
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (!word.startsWith("-")) {
                return word;
            }
            if (GlobalOptions.WITH_VALUE.contains(word) || ROOT_WITH_VALUE.contains(word)) {
                i++;
            }
        }
        return null;
    }

    private static CommandSpec root() {
        CommandSpec root = Node.group("pdctl", "Operates a PD cluster.").spec();
        GlobalOptions.addTo(root);
        root.addOption(
                OptionSpec.builder("-f", "--file")
                        .paramLabel("FILE")
                        .type(String.class)
                        .arity("1")
                        .description("run the lines of a file, stop at the first error")
                        .build());
        root.addOption(
                OptionSpec.builder("--continue-on-error")
                        .arity("0")
                        .description("with lines from a file or a pipe: go on after an error")
                        .build());
        root.addOption(
                OptionSpec.builder("-i", "--interact")
                        .arity("0")
                        .description("start the shell, as no command on a terminal does")
                        .build());
        root.addOption(
                OptionSpec.builder("-V", "--version")
                        .arity("0")
                        .description("show version and build")
                        .build());
        return root;
    }

    private static Node noun(String name) {
        return switch (name) {
            case "member" -> MemberCommand.node();
            case "health" -> HealthCommand.node();
            case "ping" -> PingCommand.node();
            case "cluster" -> ClusterCommand.node();
            case "tso" -> TsoCommand.node();
            case "watch" -> WatchCommand.node();
            case "version" -> VersionCommand.node();
            case "help" -> HelpCommand.node();
            case "completion" -> CompletionCommand.node();
            case "exit" -> ExitCommand.node();
            case MemberNamesCommand.NAME -> MemberNamesCommand.node();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
