package org.pdtoolkit.ctl.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.ctl.client.CtlException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code completion SHELL}: shell code that completes words and flags by itself. Only the name of a
 * member costs a call of pdctl.
 */
final class CompletionCommand {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    // zsh runs bash's code; its own adapter has to be loaded first.
    private static final String ZSH_HEAD =
            "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n";

    private CompletionCommand() {}

    static Node node() {
        return Node.command(
                        "completion", "Prints completion code for a shell.", CompletionCommand::run)
                .argument("SHELL", "bash or zsh", SHELLS)
                .example("source <(pdctl completion bash)");
    }

    private static void run(Invocation call) {
        String shell = call.argument(0);
        if (!SHELLS.contains(shell)) {
            throw CtlException.usage(
                    "there is no completion for '" + shell + "'; expected bash or zsh",
                    "for example: source <(pdctl completion bash)");
        }
        String script = bash(CommandTree.all());
        call.session().console().data(shell.equals("zsh") ? ZSH_HEAD + script : script);
    }

    private static String bash(CommandSpec root) {
        List<String> valued = new ArrayList<>();
        addValued(root, valued);
        List<String> paths = new ArrayList<>();
        addPaths(root, paths);
        StringBuilder cases = new StringBuilder();
        addCases(root, cases);
        return template()
                .replace("@VALUED@", String.join(" | ", valued))
                .replace("@PATHS@", String.join(" | ", paths))
                .replace("@CASES@\n", cases);
    }

    private static String template() {
        try (InputStream in = CompletionCommand.class.getResourceAsStream("/completion.bash")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addCases(CommandSpec spec, StringBuilder text) {
        List<String> words = new ArrayList<>();
        for (CommandSpec child : HelpPage.children(spec)) {
            words.add(child.name());
        }
        List<String> flags = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            flags.add(option.longestName());
        }
        text.append("        '").append(pattern(spec)).append("')\n");
        text.append("            words='").append(String.join(" ", words)).append("'\n");
        text.append("            flags='").append(String.join(" ", flags)).append("'\n");
        int index = 0;
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            Iterable<String> known = positional.completionCandidates();
            if (known != null) {
                String values = known == Node.MEMBER_NAMES ? "@member" : String.join(" ", known);
                text.append("            ((args == ").append(index).append(")) && values='");
                text.append(values).append("'\n");
            }
            index++;
        }
        text.append("            ;;\n");
        for (CommandSpec child : HelpPage.children(spec)) {
            addCases(child, text);
        }
    }

    private static void addValued(CommandSpec spec, List<String> names) {
        for (OptionSpec option : spec.options()) {
            for (String name : option.names()) {
                if (option.arity().max() > 0 && !names.contains(name)) {
                    names.add(name);
                }
            }
        }
        for (CommandSpec child : HelpPage.children(spec)) {
            addValued(child, names);
        }
    }

    /** Patterns of the words that go deeper into the tree. */
    private static void addPaths(CommandSpec spec, List<String> paths) {
        for (CommandSpec child : HelpPage.children(spec)) {
            paths.add("'" + pattern(child) + "'");
            addPaths(child, paths);
        }
    }

    /** The words of a command, each with a blank before it. */
    private static String pattern(CommandSpec spec) {
        String path = HelpPage.path(spec);
        return path.isEmpty() ? "" : " " + path;
    }
}
