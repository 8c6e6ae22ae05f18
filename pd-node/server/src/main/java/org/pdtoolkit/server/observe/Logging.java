package org.pdtoolkit.server.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Configurator;
import org.pdtoolkit.server.config.NodeConfig;

/**
 * Sets Log4j up from the node's configuration, without looking for files of its own.
 *
 * <p>Everything logs through Log4j's API; Netty finds it by itself, and gRPC's java.util.logging is
 * passed on. Entries are written by the thread that logs. All methods may be called by any thread.
 */
public final class Logging {
    private static final List<String> LEVELS =
            List.of("trace", "debug", "info", "warn", "error", "fatal");

    private Logging() {}

    /**
     * Starts logging; call once, before anything logs.
     *
     * @throws LogFileException if the log file cannot be written
     */
    public static void start(NodeConfig config) {
        start(
                new LogSettings(
                        Level.valueOf(config.logLevel()),
                        config.logFormat().equals("json"),
                        System.getenv("JOURNAL_STREAM") != null,
                        config.logFile().orElse(null),
                        config.logFileMaxBytes(),
                        config.logFileMaxDays(),
                        config.logFileMaxBackups()));
    }

    static void start(LogSettings settings) {
        if (settings.file() != null) {
            checkWritable(settings.file().toAbsolutePath());
        }
        LogConfiguration configuration = new LogConfiguration(settings);
        // Asking for the context first would start it with whatever Log4j finds lying about.
        LoggerContext context =
                Configurator.initialize(Logging.class.getClassLoader(), configuration);
        if (context.getConfiguration() != configuration) {
            context.setConfiguration(configuration);
        }
        forwardJavaLogging();
    }

    /**
     * Changes the level of the node's own entries at once.
     *
     * @param level trace, debug, info, warn, error or fatal
     * @throws IllegalArgumentException if it is none of these; the message says so
     */
    public static void setLevel(String level) {
        String word = level.toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(word)) {
            throw new IllegalArgumentException(
                    "log level " + level + " is illegal, expected one of " + LEVELS);
        }
        Level own = Level.valueOf(word);
        LoggerContext context = LoggerContext.getContext(false);
        Configuration configuration = context.getConfiguration();
        configuration.getLoggerConfig(LogConfiguration.OWN_LOGGERS).setLevel(own);
        configuration.getRootLogger().setLevel(LogConfiguration.libraryLevel(own));
        context.updateLoggers();
    }

    /** Level of the node's own entries, in lower case. */
    public static String level() {
        return LoggerContext.getContext(false)
                .getConfiguration()
                .getLoggerConfig(LogConfiguration.OWN_LOGGERS)
                .getLevel()
                .name()
                .toLowerCase(Locale.ROOT);
    }

    /** Writes out what is pending and closes the file; later entries are lost. */
    public static void stop() {
        LogManager.shutdown(false, true);
    }

    /** Log4j would only report a file that it cannot open, and go on without a log. */
    private static void checkWritable(Path file) {
        try {
            Files.createDirectories(file.getParent());
            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException e) {
            throw new LogFileException(file, e);
        }
    }

    private static void forwardJavaLogging() {
        java.util.logging.Logger root = java.util.logging.Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new ForwardingHandler());
    }

    /** Hands entries of java.util.logging to Log4j, whose levels then decide. */
    private static final class ForwardingHandler extends Handler {
        private final java.util.logging.Formatter formatter =
                new java.util.logging.SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
            String name = entry.getLoggerName() == null ? "java" : entry.getLoggerName();
            LogManager.getLogger(name)
                    .log(
                            level(entry.getLevel().intValue()),
                            formatter.formatMessage(entry),
                            entry.getThrown());
        }

        private static Level level(int value) {
            if (value >= java.util.logging.Level.SEVERE.intValue()) {
                return Level.ERROR;
            }
            if (value >= java.util.logging.Level.WARNING.intValue()) {
                return Level.WARN;
            }
            return value >= java.util.logging.Level.INFO.intValue() ? Level.INFO : Level.DEBUG;
        }

        @Override
        public void flush() {
            // Log4j writes every entry out at once.
        }

        @Override
        public void close() {
            // Log4j is closed by Logging.stop.
        }
    }
}
