package org.pdtoolkit.ctl.shell;

import org.jline.reader.impl.DefaultParser;

/** Cuts a line for JLine the way {@link org.pdtoolkit.ctl.command.Words} cuts it for commands. */
final class ShellParser extends DefaultParser {
    ShellParser() {
        setEofOnUnclosedQuote(true);
        setEofOnEscapedNewLine(true);
    }
}
