package org.pdtoolkit.server.observe;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.layout.AbstractStringLayout;

/**
 * One line an entry: {@code ts level logger thread msg}, and {@code error} if there is one, as
 * {@code key=value} or as a JSON object.
 *
 * <p>Names and values come from clients and peers as well, so control characters are always
 * escaped: nobody can forge an entry or steer a terminal. In text, the stack trace follows in lines
 * that begin with a tab.
 *
 * <p>Written here rather than as a pattern, because parsing a pattern makes Log4j load all of its
 * plugins, which is most of its start-up time.
 */
final class LineLayout extends AbstractStringLayout {
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final boolean json;
    private final boolean forJournal;

    /**
     * @param json JSON objects instead of key=value
     * @param forJournal whether lines start with a priority such as {@code <4>}, as systemd's
     *     journal understands it
     */
    LineLayout(boolean json, boolean forJournal) {
        super(StandardCharsets.UTF_8);
        this.json = json;
        this.forJournal = forJournal;
    }

    @Override
    public String toSerializable(LogEvent event) {
        StringBuilder line = new StringBuilder(256);
        if (forJournal) {
            line.append(priority(event.getLevel()));
        }
        if (json) {
            json(line, event);
        } else {
            text(line, event);
        }
        return line.append('\n').toString();
    }

    private void text(StringBuilder line, LogEvent event) {
        line.append("ts=").append(time(event));
        line.append(" level=").append(level(event));
        line.append(" logger=").append(logger(event));
        line.append(" thread=");
        value(line, event.getThreadName());
        line.append(" msg=");
        quoted(line, event.getMessage().getFormattedMessage());
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            line.append(" error=");
            quoted(line, thrown.toString());
            for (String frame : trace(thrown).split("\n")) {
                line.append('\n');
                if (forJournal) {
                    line.append(priority(event.getLevel()));
                }
                line.append('\t');
                escaped(line, frame.strip());
            }
        }
    }

    private static void json(StringBuilder line, LogEvent event) {
        line.append("{\"ts\":\"").append(time(event));
        line.append("\",\"level\":\"").append(level(event));
        line.append("\",\"logger\":");
        quoted(line, logger(event));
        line.append(",\"thread\":");
        quoted(line, event.getThreadName());
        line.append(",\"msg\":");
        quoted(line, event.getMessage().getFormattedMessage());
        Throwable thrown = event.getThrown();
        if (thrown != null) {
            line.append(",\"error\":");
            quoted(line, thrown.toString());
            line.append(",\"stack\":");
            quoted(line, trace(thrown));
        }
        line.append('}');
    }

    private static String time(LogEvent event) {
        return TIMESTAMP.format(Instant.ofEpochMilli(event.getInstant().getEpochMillisecond()));
    }

    private static String level(LogEvent event) {
        return event.getLevel().name().toLowerCase(Locale.ROOT);
    }

    /** The class alone is unique enough in this project and keeps the line short. */
    private static String logger(LogEvent event) {
        String name = event.getLoggerName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    /** Quoted only if something in it would end the value. */
    private static void value(StringBuilder line, String text) {
        boolean plain = !text.isEmpty() && text.chars().allMatch(LineLayout::isPlain);
        if (plain) {
            line.append(text);
        } else {
            quoted(line, text);
        }
    }

    private static boolean isPlain(int c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    }

    private static void quoted(StringBuilder line, String text) {
        line.append('"');
        escaped(line, text);
        line.append('"');
    }

    private static void escaped(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    // Format characters can reverse or hide what follows them on a terminal.
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
    }

    /** Priorities of syslog, as sd-daemon(3) writes them. */
    private static String priority(Level level) {
        return switch (level.getStandardLevel()) {
            case FATAL -> "<2>";
            case ERROR -> "<3>";
            case WARN -> "<4>";
            case OFF, INFO -> "<6>";
            case DEBUG, TRACE, ALL -> "<7>";
        };
    }
}
