package org.pdtoolkit.server.observe;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.appender.RollingFileAppender;
import org.apache.logging.log4j.core.appender.rolling.DefaultRolloverStrategy;
import org.apache.logging.log4j.core.appender.rolling.SizeBasedTriggeringPolicy;
import org.apache.logging.log4j.core.appender.rolling.action.Action;
import org.apache.logging.log4j.core.appender.rolling.action.DeleteAction;
import org.apache.logging.log4j.core.appender.rolling.action.IfFileName;
import org.apache.logging.log4j.core.appender.rolling.action.IfLastModified;
import org.apache.logging.log4j.core.appender.rolling.action.PathCondition;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.LoggerConfig;

/** Log4j's configuration, made of the node's and never of a file that Log4j would look for. */
final class LogConfiguration extends AbstractConfiguration {
    /** Own entries follow the configured level; libraries at most warn, unless one debugs. */
    static final String OWN_LOGGERS = "org.pdtoolkit";

    private final LogSettings settings;

    LogConfiguration(LogSettings settings) {
        super(null, ConfigurationSource.NULL_SOURCE);
        this.settings = settings;
        // The node's own end calls Logging.stop, after its last entry.
        isShutdownHookEnabled = false;
        setName("pd-node");
    }

    @Override
    protected void doConfigure() {
        LineLayout layout =
                new LineLayout(settings.json(), settings.forJournal() && settings.file() == null);
        Appender appender = settings.file() == null ? console(layout) : file(layout);
        appender.start();
        addAppender(appender);
        getRootLogger().addAppender(appender, null, null);
        addLogger(OWN_LOGGERS, new LoggerConfig(OWN_LOGGERS, settings.level(), true));
        getRootLogger().setLevel(libraryLevel(settings.level()));
    }

    static Level libraryLevel(Level own) {
        return own.isLessSpecificThan(Level.DEBUG) ? Level.INFO : Level.WARN;
    }

    private Appender console(LineLayout layout) {
        return ConsoleAppender.newBuilder()
                .setName("stderr")
                .setTarget(ConsoleAppender.Target.SYSTEM_ERR)
                .setLayout(layout)
                .setConfiguration(this)
                .build();
    }

    private Appender file(LineLayout layout) {
        Path file = settings.file().toAbsolutePath();
        DefaultRolloverStrategy.Builder strategy =
                DefaultRolloverStrategy.newBuilder().setConfig(this);
        if (settings.maxBackups() == 0) {
            strategy.setFileIndex("nomax");
        } else {
            // The newest old file is number 1, and the one behind the last number is deleted.
            strategy.setFileIndex("min").setMax(Integer.toString(settings.maxBackups()));
        }
        if (settings.maxDays() > 0) {
            strategy.setCustomActions(new Action[] {deleteOlder(file)});
        }
        return RollingFileAppender.newBuilder()
                .setName("file")
                .setFileName(file.toString())
                .setFilePattern(file + ".%i")
                .setPolicy(
                        SizeBasedTriggeringPolicy.createPolicy(Long.toString(settings.maxBytes())))
                .setStrategy(strategy.build())
                .setLayout(layout)
                .setConfiguration(this)
                .build();
    }

    private Action deleteOlder(Path file) {
        PathCondition[] old = {
            IfFileName.createNameCondition(file.getFileName() + ".*", null),
            IfLastModified.newBuilder().setAge(Duration.ofDays(settings.maxDays())).build()
        };
        return DeleteAction.createDeleteAction(
                file.getParent().toString(), false, 1, false, null, old, null, this);
    }
}
