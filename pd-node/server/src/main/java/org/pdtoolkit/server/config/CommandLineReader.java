package org.pdtoolkit.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Splits a command line into flags and their texts; the texts are judged later, all at once. */
final class CommandLineReader {
    private static final String EXPERIMENTAL = "experimental-";

    /**
     * What a command line says.
     *
     * @param help whether help was asked for
     * @param version whether the version was asked for
     * @param values text by row
     * @param spelledAs the flag as it was written, by row
     * @param foreign text by spelling of an original's flag that has no row
     * @param problems what cannot be understood
     */
    record Flags(
            boolean help,
            boolean version,
            Map<ConfigKey<?>, String> values,
            Map<ConfigKey<?>, String> spelledAs,
            Map<String, String> foreign,
            List<String> problems) {}

    private CommandLineReader() {}

    static Flags read(String[] args) {
        CommandLine parser = parser();
        ParseResult result = parser.parseArgs(normalise(args));
        Map<ConfigKey<?>, String> values = new LinkedHashMap<>();
        Map<ConfigKey<?>, String> spelledAs = new LinkedHashMap<>();
        Map<String, String> foreign = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        for (OptionSpec option : result.matchedOptions()) {
            if (option.usageHelp() || option.versionHelp()) {
                continue;
            }
            Object value = option.getValue();
            String text = value == null ? "" : value.toString();
            if (!(option.userObject() instanceof ConfigKey<?> row)) {
                foreign.put(option.longestName().substring(2), text);
                continue;
            }
            String before = values.putIfAbsent(row, text);
            if (before == null) {
                spelledAs.put(row, option.longestName());
            } else if (!before.equals(text)) {
                problems.add(
                        String.format(
                                "%s and %s mean the same here but differ: \"%s\", \"%s\"",
                                spelledAs.get(row), option.longestName(), before, text));
            }
        }
        problems.addAll(unknown(result.unmatched()));
        result.errors().forEach(error -> problems.add(plain(error.getMessage())));
        return new Flags(
                result.isUsageHelpRequested(),
                result.isVersionHelpRequested(),
                values,
                spelledAs,
                foreign,
                problems);
    }

    private static CommandLine parser() {
        CommandSpec spec = CommandSpec.create().name("pd-node");
        // Every spelling is an option of its own, so that contradicting aliases can be told.
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            List<String> names = new ArrayList<>();
            names.add("--" + row.name());
            if (row.letter() != 0) {
                names.add("-" + row.letter());
            }
            spec.addOption(option(names, row.isSwitch()).userObject(row).build());
            for (String alias : row.aliases()) {
                spec.addOption(
                        option(List.of("--" + alias), row.isSwitch()).userObject(row).build());
            }
        }
        for (String flag : OriginalKeys.etcdFlags()) {
            boolean isSwitch = OriginalKeys.isEtcdSwitch(flag);
            spec.addOption(option(List.of("--" + flag), isSwitch).build());
            String experimental = EXPERIMENTAL + flag;
            spec.addOption(option(List.of("--" + experimental), isSwitch).build());
        }
        spec.addOption(
                OptionSpec.builder("-h", "--help").usageHelp(true).type(boolean.class).build());
        spec.addOption(
                OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .type(boolean.class)
                        .build());
        spec.parser()
                .collectErrors(true)
                .unmatchedArgumentsAllowed(true)
                .unmatchedOptionsArePositionalParams(false)
                .overwrittenOptionsAllowed(true);
        // An argument that starts with @ is a value like any other, not a file to read flags from.
        return new CommandLine(spec).setExpandAtFiles(false);
    }

    private static OptionSpec.Builder option(List<String> names, boolean isSwitch) {
        OptionSpec.Builder builder =
                OptionSpec.builder(names.toArray(String[]::new)).type(String.class);
        return isSwitch ? builder.arity("0..1").fallbackValue("true") : builder.arity("1");
    }

    /** Go's flag package also takes long flags behind one dash, so etcd's command lines do. */
    private static String[] normalise(String[] args) {
        String[] normalised = args.clone();
        for (int i = 0; i < normalised.length; i++) {
            String word = normalised[i];
            if (word.length() > 2 && word.charAt(0) == '-' && word.charAt(1) != '-') {
                int equals = word.indexOf('=');
                String spelling = word.substring(1, equals < 0 ? word.length() : equals);
                if (isKnown(spelling)) {
                    normalised[i] = "-" + word;
                }
            }
        }
        return normalised;
    }

    private static boolean isKnown(String spelling) {
        return spelling.equals("help")
                || spelling.equals("version")
                || ConfigSchema.byFlag(spelling).isPresent()
                || OriginalKeys.ofEtcdFlag(spelling).isPresent();
    }

    private static List<String> unknown(List<String> words) {
        List<String> problems = new ArrayList<>();
        boolean afterFlag = false;
        for (String word : words) {
            boolean isFlag = word.startsWith("-");
            // A word behind an unknown flag is most likely its value: one mistake, one message.
            if (isFlag || !afterFlag) {
                problems.add(unknown(word));
            }
            afterFlag = isFlag && word.indexOf('=') < 0;
        }
        return problems;
    }

    private static String unknown(String word) {
        if (!word.startsWith("-")) {
            return "unexpected argument \"" + word + "\"; every setting is a flag";
        }
        int equals = word.indexOf('=');
        String flag = equals < 0 ? word : word.substring(0, equals);
        Set<String> known = new TreeSet<>();
        ConfigSchema.rows()
                .forEach(
                        row -> {
                            known.add("--" + row.name());
                            row.aliases().forEach(alias -> known.add("--" + alias));
                        });
        known.add("--help");
        known.add("--version");
        return "unknown flag " + flag + Suggestion.of(flag, known);
    }

    /** The parser's own words without the name that it gives to an unnamed parameter. */
    private static String plain(String message) {
        return message.lines().findFirst().orElse("").replace(" (PARAM)", "");
    }
}
