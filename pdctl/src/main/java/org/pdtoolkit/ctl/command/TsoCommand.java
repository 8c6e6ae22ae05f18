package org.pdtoolkit.ctl.command;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.Json;
import org.pdtoolkit.ctl.render.View;

/** {@code tso TS}: takes a timestamp apart, without asking anybody. */
final class TsoCommand {
    private static final int LOGICAL_BITS = 18;
    private static final long LOGICAL_MASK = (1L << LOGICAL_BITS) - 1;

    private TsoCommand() {}

    static Node node() {
        return Node.command("tso", "Shows the time inside a timestamp.", TsoCommand::run)
                .argument("TS", "a timestamp of PD, decimal")
                .dashedArguments()
                .about(
                        "The upper 46 bits are milliseconds since 1970, the lower 18 a counter."
                                + " The time is shown in the local zone (TZ).")
                .example("pdctl tso 435994838032056321");
    }

    private static void run(Invocation call) {
        String text = call.argument(0);
        long ts;
        try {
            if (text.startsWith("+")) {
                throw new NumberFormatException("a sign");
            }
            ts = Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw CtlException.usage(
                    "'"
                            + text
                            + "' is not a timestamp; expected a decimal number from 0 to"
                            + " 18446744073709551615",
                    "for example: pdctl tso 435994838032056321");
        }
        call.show(new TsoView(ts, ZoneId.systemDefault()));
    }

    /** A timestamp and the zone to show it in. */
    record TsoView(long ts, ZoneId zone) implements View {
        private long physicalMillis() {
            return ts >>> LOGICAL_BITS;
        }

        private long logical() {
            return ts & LOGICAL_MASK;
        }

        @Override
        public String raw() {
            return "system:  " + goTime() + "\nlogic:   " + logical() + "\n";
        }

        @Override
        public Object tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("tso", new Json.Num(Long.toUnsignedString(ts)));
            tree.put("physical_ms", physicalMillis());
            tree.put("logical", logical());
            tree.put("time", Instant.ofEpochMilli(physicalMillis()).toString());
            return tree;
        }

        /** As Go prints a time: {@code 2022-09-14 20:45:16.467 +0000 UTC}. */
        private String goTime() {
            ZonedDateTime time = Instant.ofEpochMilli(physicalMillis()).atZone(zone);
            StringBuilder text = new StringBuilder(40);
            text.append(time.getYear());
            append(text, '-', time.getMonthValue(), 2);
            append(text, '-', time.getDayOfMonth(), 2);
            append(text, ' ', time.getHour(), 2);
            append(text, ':', time.getMinute(), 2);
            append(text, ':', time.getSecond(), 2);
            int millis = time.getNano() / 1_000_000;
            if (millis > 0) {
                append(text, '.', millis, 3);
                while (text.charAt(text.length() - 1) == '0') {
                    text.setLength(text.length() - 1);
                }
            }
            int minutes = time.getOffset().getTotalSeconds() / 60;
            text.append(minutes < 0 ? " -" : " +");
            append(text, '\0', Math.abs(minutes) / 60, 2);
            append(text, '\0', Math.abs(minutes) % 60, 2);
            return text.append(' ').append(zoneName(time)).toString();
        }

        private static String zoneName(ZonedDateTime time) {
            // The names of other zones come from the locale data, which takes long to load.
            if (time.getOffset().getTotalSeconds() == 0 && isUtc(time.getZone().getId())) {
                return "UTC";
            }
            TimeZone zone = TimeZone.getTimeZone(time.getZone());
            boolean summer = zone.inDaylightTime(java.util.Date.from(time.toInstant()));
            return zone.getDisplayName(summer, TimeZone.SHORT, Locale.ROOT);
        }

        private static boolean isUtc(String id) {
            return id.equals("UTC") || id.equals("Etc/UTC") || id.equals("Z") || id.equals("GMT");
        }

        private static void append(StringBuilder text, char before, int value, int digits) {
            if (before != '\0') {
                text.append(before);
            }
            String number = Integer.toString(value);
            text.append("0".repeat(digits - number.length())).append(number);
        }
    }
}
