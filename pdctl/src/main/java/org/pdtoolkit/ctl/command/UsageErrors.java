package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what the parser says about a command line into what a person needs to know. */
final class UsageErrors {
    private UsageErrors() {}

    static CtlException explain(ParameterException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unmatched(spec, unmatched.getUnmatched().get(0));
        }
        String help = "'pdctl " + (path(spec) + " --help'").strip() + " shows the usage";
        if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
            ArgSpec arg = missing.getMissing().get(0);
            if (arg.isOption()) {
                String name = ((OptionSpec) arg).longestName();
                return CtlException.usage(
                        name + " needs a value: " + name + " " + arg.paramLabel(), help);
            }
            return CtlException.usage(
                    "'"
                            + path(spec)
                            + "' needs "
                            + labels(spec, arg)
                            + "; expected "
                            + HelpPage.synopsis(spec),
                    example(spec, help));
        }
        return CtlException.usage(e.getMessage(), help);
    }

    /** The first missing argument and all required ones behind it; the parser names only one. */
    private static String labels(CommandSpec spec, ArgSpec firstMissing) {
        List<String> labels = new ArrayList<>();
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            boolean missing = positional == firstMissing || !labels.isEmpty();
            if (missing && positional.required()) {
                labels.add(positional.paramLabel());
            }
        }
        return String.join(" and ", labels);
    }

    private static String example(CommandSpec spec, String fallback) {
        String[] lines = spec.usageMessage().footer();
        return lines.length == 0 ? fallback : "for example: " + lines[0];
    }

    static CtlException unmatched(CommandSpec spec, String word) {
        if (word.startsWith("-") && word.length() > 1) {
            return unknownFlag(spec, word);
        }
        Map<String, CommandLine> children = spec.subcommands();
        String path = path(spec);
        if (children.isEmpty()) {
            return CtlException.usage(
                    "unexpected '" + word + "'; expected " + HelpPage.synopsis(spec),
                    example(spec, "'pdctl " + path + " --help' shows the usage"));
        }
        String nearest = Nearest.to(word, children.keySet());
        String hint =
                nearest.isEmpty()
                        ? elsewhere(word, path)
                        : "did you mean '"
                                + ("pdctl " + path + " ").replace("  ", " ")
                                + nearest
                                + "'?";
        return CtlException.usage(
                "unknown command '"
                        + (path + " " + word).strip()
                        + "'; expected "
                        + childrenOf(spec),
                hint);
    }

    /** The word may exist at another place of the tree. */
    private static String elsewhere(String word, String path) {
        List<String> paths = new ArrayList<>();
        collect(CommandTree.all(), paths);
        for (String candidate : paths) {
            if (candidate.endsWith(" " + word)) {
                return "did you mean 'pdctl " + candidate + "'?";
            }
        }
        return "'pdctl help" + (path.isEmpty() ? "" : " " + path) + "' lists the commands";
    }

    private static void collect(CommandSpec spec, List<String> paths) {
        for (CommandLine child : spec.subcommands().values()) {
            paths.add(path(child.getCommandSpec()));
            collect(child.getCommandSpec(), paths);
        }
    }

    static CtlException unknownFlag(CommandSpec spec, String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        List<String> known = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            known.addAll(List.of(option.names()));
        }
        String nearest = name.startsWith("--") ? Nearest.to(name, known) : "";
        String path = path(spec);
        return CtlException.usage(
                "unknown flag '" + name + "'" + (path.isEmpty() ? "" : " for '" + path + "'"),
                nearest.isEmpty()
                        ? "'pdctl " + (path + " --help'").strip() + " lists the flags"
                        : "did you mean '" + nearest + "'?");
    }

    /** The words that may follow, without hidden ones. */
    static String childrenOf(CommandSpec spec) {
        List<String> names = new ArrayList<>();
        for (CommandSpec child : HelpPage.children(spec)) {
            names.add(child.name());
        }
        return listed(names);
    }

    /** "a, b or c". */
    private static String listed(Collection<String> words) {
        StringBuilder text = new StringBuilder();
        int left = words.size();
        for (String word : words) {
            text.append(word);
            left--;
            text.append(left > 1 ? ", " : left == 1 ? " or " : "");
        }
        return text.toString();
    }

    private static String path(CommandSpec spec) {
        return HelpPage.path(spec);
    }
}
