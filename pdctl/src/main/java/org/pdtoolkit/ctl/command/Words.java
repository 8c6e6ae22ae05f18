package org.pdtoolkit.ctl.command;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.ctl.client.CtlException;

/** Splits a line into words as a POSIX shell does: quotes and backslashes, nothing else. */
public final class Words {
    private Words() {}

    /**
     * The words of a line; none for a blank line or a comment ({@code #} at the start of a word).
     *
     * @throws CtlException when a quote stays open or the line ends in a backslash
     */
    public static String[] split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else if (c == '\\'
                        && quote == '"'
                        && i + 1 < line.length()
                        && "\"\\$`".indexOf(line.charAt(i + 1)) >= 0) {
                    word.append(line.charAt(++i));
                } else {
                    word.append(c);
                }
                continue;
            }
            if (c == '#' && word == null) {
                break;
            }
            if (c == ' ' || c == '\t' || c == '\r') {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '\\') {
                if (++i == line.length()) {
                    throw open("the line ends in a backslash");
                }
                word.append(line.charAt(i));
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw open("the quote " + quote + " is never closed");
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words.toArray(new String[0]);
    }

    private static CtlException open(String what) {
        return CtlException.usage(what, "quote the character itself with a backslash");
    }
}
