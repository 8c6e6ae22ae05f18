package org.pdtoolkit.ctl.render;

import org.pdtoolkit.ctl.client.CtlException;

/** The values of {@code --output}. */
public enum Format {
    /** What pd-ctl prints, byte for byte. */
    RAW("raw"),
    /** One indented JSON document, also for deeds. */
    JSON("json"),
    /** Columns for people. */
    TABLE("table");

    private final String word;

    Format(String word) {
        this.word = word;
    }

    /** As typed by the user. */
    public String word() {
        return word;
    }

    /**
     * Reads the value of {@code --output}.
     *
     * @throws CtlException when it is not one of the words
     */
    public static Format parse(String text) {
        for (Format format : values()) {
            if (format.word.equals(text)) {
                return format;
            }
        }
        throw CtlException.usage(
                "'" + text + "' is not an output format; expected json, table or raw",
                "for example: pdctl member -o json");
    }
}
