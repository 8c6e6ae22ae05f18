package org.pdtoolkit.ctl.command;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code help [COMMAND...]}. */
final class HelpCommand {
    private HelpCommand() {}

    static Node node() {
        return Node.command("help", "Shows help for a command.", HelpCommand::run)
                .words("COMMAND", "the words of the command; none for the list of all")
                .example("pdctl help member leader");
    }

    private static void run(Invocation call) {
        CommandSpec spec = CommandTree.all();
        for (String word : call.arguments()) {
            Map<String, CommandLine> children = spec.subcommands();
            if (!children.containsKey(word)) {
                throw UsageErrors.unmatched(spec, word);
            }
            spec = children.get(word).getCommandSpec();
        }
        call.session().console().data(HelpPage.of(spec));
    }
}
