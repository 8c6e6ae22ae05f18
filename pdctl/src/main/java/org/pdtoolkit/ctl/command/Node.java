package org.pdtoolkit.ctl.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Builds one word of the command tree. The picocli model it makes is the only description of the
 * command there is.
 */
final class Node {
    /** Marks an argument that takes the name of a member, for completion from the live cluster. */
    static final List<String> MEMBER_NAMES = List.of();

    private final CommandSpec spec;

    private Node(String name, Action action, String summary) {
        spec = action == null ? CommandSpec.create() : CommandSpec.wrapWithoutInspection(action);
        spec.name(name);
        spec.usageMessage().description(summary);
    }

    /** A word that does something, and may have further words below it. */
    static Node command(String name, String summary, Action action) {
        return new Node(name, action, summary);
    }

    /** A word that only groups others. */
    static Node group(String name, String summary) {
        return new Node(name, null, summary);
    }

    /** More lines of description, one sentence or paragraph each. */
    Node about(String... paragraphs) {
        String[] all = new String[paragraphs.length + 1];
        all[0] = spec.usageMessage().description()[0];
        System.arraycopy(paragraphs, 0, all, 1, paragraphs.length);
        spec.usageMessage().description(all);
        return this;
    }

    /** One command line that shows its use, as typed. */
    Node example(String... lines) {
        spec.usageMessage().footer(lines);
        return this;
    }

    /** A required argument. */
    Node argument(String label, String description) {
        return argument(label, description, null);
    }

    /** A required argument with known values; see {@link #MEMBER_NAMES}. */
    Node argument(String label, String description, Iterable<String> values) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index(Integer.toString(spec.positionalParameters().size()))
                        .paramLabel(label)
                        .type(String.class)
                        .arity("1")
                        .required(true)
                        .completionCandidates(values)
                        .description(description)
                        .build());
        return this;
    }

    /** Any number of further words, behind the arguments so far. */
    Node words(String label, String description) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index(spec.positionalParameters().size() + "..*")
                        .paramLabel(label)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("0..*")
                        .description(description)
                        .build());
        return this;
    }

    /** A flag without a value. */
    Node flag(String name, String description) {
        spec.addOption(OptionSpec.builder(name).arity("0").description(description).build());
        return this;
    }

    /** A flag with a value. */
    Node option(String name, String label, String description) {
        spec.addOption(
                OptionSpec.builder(name)
                        .paramLabel(label)
                        .type(String.class)
                        .arity("1")
                        .description(description)
                        .build());
        return this;
    }

    /** Arguments may start with a dash, for negative numbers. */
    Node dashedArguments() {
        spec.parser().unmatchedOptionsArePositionalParams(true);
        return this;
    }

    /** All words behind the first argument belong to the arguments, flags included. */
    Node firstWordEndsFlags() {
        spec.parser().stopAtPositional(true);
        return this;
    }

    /** Left out of help, completion and the manual. */
    Node hidden() {
        spec.usageMessage().hidden(true);
        return this;
    }

    Node with(Node child) {
        spec.addSubcommand(child.spec.name(), child.spec);
        return this;
    }

    CommandSpec spec() {
        return spec;
    }
}
