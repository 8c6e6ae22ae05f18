package org.pdtoolkit.storage.tck.disk;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.nio.file.OpenOption;
import java.util.Set;

/**
 * How a channel is opened.
 *
 * @param synced every write is forced at once
 */
record OpenMode(
        boolean read,
        boolean write,
        boolean append,
        boolean truncate,
        boolean create,
        boolean createNew,
        boolean synced) {
    static OpenMode of(Set<? extends OpenOption> options) {
        boolean append = options.contains(APPEND);
        boolean write = append || options.contains(WRITE);
        boolean read = options.contains(READ) || !write;
        boolean truncate = options.contains(TRUNCATE_EXISTING);
        if (append && (options.contains(READ) || truncate)) {
            throw new IllegalArgumentException(
                    "APPEND goes with neither READ nor TRUNCATE_EXISTING");
        }
        if (options.contains(DELETE_ON_CLOSE)) {
            throw new UnsupportedOperationException("DELETE_ON_CLOSE");
        }
        boolean createNew = options.contains(CREATE_NEW);
        return new OpenMode(
                read,
                write,
                append,
                write && truncate,
                write && (createNew || options.contains(CREATE)),
                write && createNew,
                options.contains(SYNC) || options.contains(DSYNC));
    }
}
