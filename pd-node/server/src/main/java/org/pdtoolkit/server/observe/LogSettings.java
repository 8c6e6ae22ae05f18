package org.pdtoolkit.server.observe;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;

/**
 * How to log.
 *
 * @param level least severe level of the node's own entries
 * @param json JSON objects instead of key=value
 * @param forJournal whether standard error is systemd's journal
 * @param file log file, or null for standard error
 * @param maxBytes size at which a new file is begun
 * @param maxDays days that old files are kept, 0 for ever
 * @param maxBackups old files that are kept, 0 for all
 */
record LogSettings(
        Level level,
        boolean json,
        boolean forJournal,
        Path file,
        long maxBytes,
        int maxDays,
        int maxBackups) {}
