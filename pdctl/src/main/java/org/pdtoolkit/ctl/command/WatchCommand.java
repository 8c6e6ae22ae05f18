package org.pdtoolkit.ctl.command;

import java.time.Duration;
import java.util.List;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;

/** {@code watch INTERVAL COMMAND...}: runs a command again and again until Ctrl-C. */
final class WatchCommand {
    private WatchCommand() {}

    static Node node() {
        return Node.command("watch", "Repeats a command until Ctrl-C.", WatchCommand::run)
                .argument("INTERVAL", "pause between two runs: seconds, or a duration as 500ms")
                .words("COMMAND", "the command with its flags")
                .firstWordEndsFlags()
                .about("On a terminal each run replaces the one before it.")
                .example("pdctl watch 2 health");
    }

    private static void run(Invocation call) {
        List<String> words = call.arguments();
        String interval = words.get(0);
        boolean seconds =
                !interval.isEmpty() && Character.isDigit(interval.charAt(interval.length() - 1));
        Duration pause = Durations.parse("the interval", seconds ? interval + "s" : interval);
        String[] command = words.subList(1, words.size()).toArray(new String[0]);
        if (command.length == 0 || command[0].equals("watch")) {
            throw CtlException.usage(
                    "'watch' needs a command to repeat", "for example: pdctl watch 2 health");
        }
        String title =
                "every " + interval + (seconds ? "s" : "") + ": " + String.join(" ", command);
        while (true) {
            call.session().console().clear(title);
            ExitCode exit = call.session().runWith(call.settings(), command);
            // A cluster that is away for a moment is what one watches for; a typo stays a typo.
            boolean over = exit == ExitCode.INTERRUPTED || exit == ExitCode.BROKEN_PIPE;
            if (over || exit == ExitCode.USAGE) {
                throw CtlException.told(exit);
            }
            if (call.session().ended()) {
                return;
            }
            call.client().pause(Math.max(1, pause.toMillis()));
        }
    }
}
