package org.pdtoolkit.raft;

import java.util.Locale;

/** Text forms shared by logs and errors. */
final class Texts {
    private Texts() {}

    /** As {@link String#format}, the same in every locale. */
    static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    /** An id as the original prints it in logs. */
    static String hex(long id) {
        return Long.toHexString(id);
    }

    /** Bytes as a double-quoted string; what is not printable ASCII is escaped. */
    static String quoted(byte[] data) {
        StringBuilder text = new StringBuilder(data.length + 2).append('"');
        for (byte each : data) {
            switch (each) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (each >= 0x20 && each < 0x7f) {
                        text.append((char) each);
                    } else {
                        text.append("\\x").append(Character.forDigit((each >> 4) & 0xf, 16));
                        text.append(Character.forDigit(each & 0xf, 16));
                    }
                }
            }
        }
        return text.append('"').toString();
    }
}
