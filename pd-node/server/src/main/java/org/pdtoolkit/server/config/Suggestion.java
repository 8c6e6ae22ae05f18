package org.pdtoolkit.server.config;

import java.util.Collection;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the known word that an unknown one was probably meant to be. */
final class Suggestion {
    private Suggestion() {}

    /**
     * A clause such as {@code ; did you mean "data-dir"?}, or nothing when no word is near: at most
     * a third of the letters, and never fewer than two, may differ.
     */
    static String of(String unknown, Collection<String> known) {
        int limit = Math.max(2, unknown.length() / 3);
        LevenshteinDistance distance = new LevenshteinDistance(limit);
        String nearest = null;
        int least = Integer.MAX_VALUE;
        for (String word : known) {
            int difference = distance.apply(unknown, word);
            if (difference >= 0 && difference < least) {
                least = difference;
                nearest = word;
            }
        }
        return nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
    }
}
