package org.pdtoolkit.ctl.shell;

import java.util.List;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.pdtoolkit.ctl.command.Completion;

/** Offers JLine what the command model and the cluster know. */
final class ShellCompleter implements Completer {
    private final Supplier<List<String>> memberNames;

    ShellCompleter(Supplier<List<String>> memberNames) {
        this.memberNames = memberNames;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        String begun = line.word().substring(0, line.wordCursor());
        for (Completion.Word word : Completion.of(before, begun, memberNames)) {
            candidates.add(
                    new Candidate(
                            word.text(), word.text(), null, word.summary(), null, null, true));
        }
    }
}
