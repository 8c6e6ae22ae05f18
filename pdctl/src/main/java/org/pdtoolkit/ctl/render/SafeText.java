package org.pdtoolkit.ctl.render;

/**
 * Text from a server on its way to a terminal. Control characters could move the cursor, change the
 * title or reorder the line, so they are shown as escapes instead.
 */
public final class SafeText {
    private SafeText() {}

    /** Keeps line ends and tabs, escapes all other control characters. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    /** Escapes line ends and tabs as well. */
    public static String oneLine(String text) {
        return escaped(text, false);
    }

    private static String escaped(String text, boolean keepLayout) {
        StringBuilder safe = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean layout = c == '\n' || c == '\t';
            if (!isControl(c) || layout && keepLayout) {
                if (safe != null) {
                    safe.append(c);
                }
                continue;
            }
            if (safe == null) {
                safe = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            String hex = Integer.toHexString(c);
            safe.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
        }
        return safe == null ? text : safe.toString();
    }

    /** C0, C1, DEL, and the characters that change the direction of the text around them. */
    private static boolean isControl(char c) {
        return c < 0x20
                || c >= 0x7f && c < 0xa0
                || c >= 0x202a && c <= 0x202e
                || c >= 0x2066 && c <= 0x2069
                || c == 0x2028
                || c == 0x2029
                || c == 0x200e
                || c == 0x200f;
    }

    /** Columns that a line takes on a terminal; East Asian wide characters take two. */
    public static int width(String line) {
        int width = 0;
        for (int i = 0; i < line.length(); ) {
            int c = line.codePointAt(i);
            i += Character.charCount(c);
            width += isWide(c) ? 2 : isMark(c) ? 0 : 1;
        }
        return width;
    }

    private static boolean isMark(int c) {
        int type = c < 0x300 ? Character.LOWERCASE_LETTER : Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    /** The wide ranges of Unicode's EastAsianWidth, with emoji. */
    private static boolean isWide(int c) {
        return c >= 0x1100 && c <= 0x115f
                || c >= 0x2e80 && c <= 0xa4cf && c != 0x303f
                || c >= 0xac00 && c <= 0xd7a3
                || c >= 0xf900 && c <= 0xfaff
                || c >= 0xfe30 && c <= 0xfe6f
                || c >= 0xff00 && c <= 0xff60
                || c >= 0xffe0 && c <= 0xffe6
                || c >= 0x1f300 && c <= 0x1faff
                || c >= 0x20000 && c <= 0x3fffd;
    }
}
