package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What can follow a half-typed line. */
public final class Completion {
    private static final CommandSpec TREE = CommandTree.all();

    /**
     * A possible word.
     *
     * @param summary what it does; {@code null} when there is nothing to say
     */
    public record Word(String text, String summary) {}

    private Completion() {}

    /**
     * @param before the whole words to the left
     * @param begun the letters of the word under the cursor; nothing is filtered by them, they only
     *     decide between words and flags
     * @param memberNames asked only when the name of a member can stand here
     */
    public static List<Word> of(
            List<String> before, String begun, Supplier<List<String>> memberNames) {
        CommandSpec spec = TREE;
        OptionSpec open = null;
        int arguments = 0;
        for (String word : before) {
            if (open != null) {
                open = null;
            } else if (word.startsWith("-")) {
                OptionSpec option = spec.findOption(word);
                open = option != null && option.arity().max() > 0 ? option : null;
            } else if (spec.subcommands().containsKey(word)) {
                spec = spec.subcommands().get(word).getCommandSpec();
            } else {
                arguments++;
            }
        }
        List<Word> words = new ArrayList<>();
        if (open != null) {
            addValues(words, open.completionCandidates(), memberNames);
        } else if (begun.startsWith("-")) {
            for (OptionSpec option : spec.options()) {
                words.add(new Word(option.longestName(), option.description()[0]));
            }
        } else {
            addWords(words, spec, arguments, memberNames);
        }
        return words;
    }

    private static void addWords(
            List<Word> words, CommandSpec spec, int arguments, Supplier<List<String>> memberNames) {
        if (arguments == 0) {
            for (CommandSpec child : HelpPage.children(spec)) {
                words.add(new Word(child.name(), child.usageMessage().description()[0]));
            }
        }
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            if (positional.index().contains(arguments)) {
                addValues(words, positional.completionCandidates(), memberNames);
            }
        }
    }

    private static void addValues(
            List<Word> words, Iterable<String> values, Supplier<List<String>> memberNames) {
        Iterable<String> known = values == Node.MEMBER_NAMES ? memberNames.get() : values;
        if (known != null) {
            for (String value : known) {
                words.add(new Word(value, null));
            }
        }
    }
}
