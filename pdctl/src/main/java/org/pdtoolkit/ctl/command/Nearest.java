package org.pdtoolkit.ctl.command;

import java.util.Collection;
import java.util.Locale;

/** Finds the word that somebody probably meant. */
final class Nearest {
    private Nearest() {}

    /** The closest of the known words; empty when none is close. */
    static String to(String typed, Collection<String> known) {
        String word = typed.toLowerCase(Locale.ROOT);
        String best = "";
        int bestDistance = Math.max(2, word.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(word, candidate);
            boolean begun = word.length() >= 2 && candidate.startsWith(word);
            if (begun) {
                distance = Math.min(distance, 1);
            }
            if (distance < bestDistance && distance < candidate.length()) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Edits from one word to the other; two neighbours swapped count as one edit. */
    static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        int[] previous = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] recycled = before;
            before = previous;
            previous = row;
            row = recycled;
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least =
                        Math.min(previous[j - 1] + change, Math.min(previous[j], row[j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, before[j - 2] + 1);
                }
                row[j] = least;
            }
        }
        return row[b.length()];
    }
}
