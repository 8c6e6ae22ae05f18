package org.pdtoolkit.ctl.command;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.pdtoolkit.ctl.client.CtlException;
import org.pdtoolkit.ctl.client.ExitCode;
import org.pdtoolkit.ctl.client.Json;
import org.pdtoolkit.ctl.render.Format;
import org.pdtoolkit.ctl.render.SafeText;
import picocli.CommandLine.ParameterException;

/** Tells a failure on standard error: as text, or as JSON when JSON was asked for. */
final class ErrorReport {
    private ErrorReport() {}

    static ExitCode tell(Session session, String[] words, RuntimeException e) {
        CtlException failure =
                e instanceof ParameterException wrong
                        ? UsageErrors.explain(wrong)
                        : (CtlException) e;
        if (failure.getMessage().isEmpty() || failure.exit() == ExitCode.BROKEN_PIPE) {
            return failure.exit();
        }
        String place = session.place().isEmpty() ? "" : session.place() + ": ";
        if (wantsJson(session, words)) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("code", failure.exit().word());
            error.put("message", place + failure.getMessage());
            error.put("hint", failure.hint());
            session.console().note(Json.compact(Map.of("error", error)));
            return failure.exit();
        }
        StringBuilder text = new StringBuilder("pdctl: ").append(place);
        text.append(SafeText.oneLine(failure.getMessage()));
        if (!failure.hint().isEmpty()) {
            text.append("\nhint: ").append(SafeText.oneLine(failure.hint()));
        }
        if (session.settings().debug() || Arrays.asList(words).contains("--debug")) {
            for (Throwable c = failure.getCause(); c != null; c = c.getCause()) {
                text.append("\ncause: ").append(SafeText.oneLine(c.toString()));
            }
        }
        session.console().note(text.toString());
        return failure.exit();
    }

    /** The line may not even parse, so the format is looked up in its words. */
    private static boolean wantsJson(Session session, String[] words) {
        Format base = session.settings().format();
        String format = base == null ? session.console().env("PDCTL_OUTPUT") : base.word();
        for (int i = 0; i < words.length; i++) {
            String word = words[i];
            if (word.equals("-o") || word.equals("--output")) {
                format = i + 1 < words.length ? words[i + 1] : format;
            } else if (word.startsWith("--output=")) {
                format = word.substring("--output=".length());
            } else if (word.startsWith("-o")) {
                format = word.substring(word.startsWith("-o=") ? 3 : 2);
            }
        }
        return format.equals(Format.JSON.word());
    }
}
