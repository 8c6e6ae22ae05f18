package org.pdtoolkit.server.offline;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.pdtoolkit.storage.support.DurableFiles;

/**
 * A file that gets its name, or new content under its old name, when it is complete and forced. A
 * device or a pipe is written to as it is. Readable by its owner only: it holds everything.
 */
final class ExportFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path target;
    private final Path made;
    private final FileChannel channel;
    private final OutputStream stream;

    private ExportFile(Path target, Path made, FileChannel channel) {
        this.target = target;
        this.made = made;
        this.channel = channel;
        this.stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    /**
     * @throws OfflineException when there is a directory of that name
     */
    static ExportFile create(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new OfflineException(
                    ExitCode.USAGE, file + ": a directory; name the file to write");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return new ExportFile(file, null, FileChannel.open(file, StandardOpenOption.WRITE));
        }
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath().normalize();
        String name = target.getFileName() + "." + ProcessHandle.current().pid();
        Path made = target.resolveSibling(name + DurableFiles.TEMPORARY);
        FileChannel channel =
                DurableFiles.open(made, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new ExportFile(target, made, channel);
    }

    OutputStream stream() {
        return stream;
    }

    /** Makes it durable and visible. */
    void publish() throws IOException {
        stream.flush();
        if (made != null) {
            channel.force(true);
            channel.close();
            DurableFiles.rename(made, target);
            DurableFiles.syncDirectory(target.getParent());
        }
    }

    /** Without {@link #publish}, deletes what was written. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (made != null) {
            Files.deleteIfExists(made);
        }
    }
}
