package org.pdtoolkit.ctl.command;

/** {@code exit}: leaves the shell or script; as a command of its own it does nothing. */
final class ExitCommand {
    private ExitCommand() {}

    static Node node() {
        return Node.command(
                        "exit", "Leaves the shell, or ends a script.", call -> call.session().end())
                .example("exit");
    }
}
