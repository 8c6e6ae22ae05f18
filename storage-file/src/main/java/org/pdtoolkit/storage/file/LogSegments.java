package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The segment files of a log: one active, the rest read only, numbered without a gap.
 *
 * <p>Thread: the log's owner.
 */
final class LogSegments {
    static final String SUFFIX = ".log";
    private static final int NAME_DIGITS = 16;
    private static final int READ_CHUNK = 64 << 10;

    private final FileSystemOps fs;
    private final Path directory;
    private final FileOptions options;
    private final SecureRandom random = new SecureRandom();

    /** Salt by number, of every segment present. */
    private final TreeMap<Integer, Long> salts = new TreeMap<>();

    private FrameFile active;

    private LogSegments(FileSystemOps fs, Path directory, FileOptions options) {
        this.fs = fs;
        this.directory = directory;
        this.options = options;
    }

    static LogSegments open(FileSystemOps fs, Path directory, FileOptions options, LogReplay replay)
            throws IOException {
        fs.createDirectories(directory);
        FileNames.deleteLeftovers(fs, directory);
        LogSegments segments = new LogSegments(fs, directory, options);
        List<Integer> run = segments.lastRun();
        int chain = 0;
        long sequence = 0;
        for (int i = 0; i < run.size(); i++) {
            int number = run.get(i);
            Path path = segments.path(number);
            FileSystemOps.Handle handle = fs.open(path);
            FrameScanner.Tail tail = null;
            boolean last = i == run.size() - 1;
            try {
                FileHeader header = FileHeader.read(handle, path, FileHeader.Kind.LOG, number);
                if (i > 0 && (header.chain() != chain || header.firstSequence() != sequence)) {
                    throw Fuse.corrupt(
                            path,
                            32,
                            "a start at frame " + header.firstSequence(),
                            "frame " + sequence + ": the segment before ends there");
                }
                replay.segment(path, header);
                tail = new FrameScanner(handle, path, header).scan(replay::frame);
                if (tail.torn() && !last || tail.offset() == FileHeader.BYTES) {
                    throw Fuse.corrupt(
                            path,
                            tail.offset(),
                            "an unreadable frame",
                            "a readable one: this segment was complete and forced");
                }
                chain = tail.chain();
                sequence = tail.sequence();
                segments.salts.put(number, header.salt());
                if (last) {
                    segments.active =
                            FrameFile.resume(handle, path, header, tail, options.allocationUnit());
                }
            } finally {
                if (segments.active == null) {
                    handle.close();
                }
            }
        }
        if (!run.isEmpty()) {
            fs.syncDirectory(directory);
            replay.finish();
        }
        return segments;
    }

    /**
     * Numbers of the segments from behind the last gap. Deletions are not forced, so a crash may
     * bring back any of them; what lies before a gap was being deleted, or {@link LogReplay#finish}
     * finds that entries are missing.
     */
    private List<Integer> lastRun() throws IOException {
        List<Integer> run = new ArrayList<>();
        for (long number : FileNames.numbers(fs, directory, SUFFIX, NAME_DIGITS)) {
            if (number < 1 || number > Integer.MAX_VALUE) {
                throw Fuse.corrupt(
                        directory.resolve(FileNames.name(number, NAME_DIGITS) + SUFFIX),
                        0,
                        "a segment number no log reaches",
                        "1 to " + Integer.MAX_VALUE);
            }
            if (!run.isEmpty() && run.get(run.size() - 1) + 1 != number) {
                for (int stale : run) {
                    fs.delete(path(stale));
                }
                run.clear();
            }
            run.add(Math.toIntExact(number));
        }
        return run;
    }

    Path directory() {
        return directory;
    }

    FrameFile active() {
        return active;
    }

    private Path path(int number) {
        return directory.resolve(FileNames.name(number, NAME_DIGITS) + SUFFIX);
    }

    /** Whether a body of {@code bytes} belongs into a new segment. */
    boolean wantsRoll(long bytes) {
        return active.tail() + bytes + Frame.OVERHEAD > options.segmentBytes()
                && active.sequence() > active.header().firstSequence() + 1;
    }

    /**
     * Publishes a new active segment that starts with {@code state}.
     *
     * <p>Errors: {@link FileSystemOps.NoSpaceException}, the log is then as before.
     */
    void roll(LogBody.State state) throws IOException {
        int number = active == null ? 1 : Math.toIntExact(active.header().number() + 1);
        long sequence = active == null ? 1 : active.sequence();
        int chain = active == null ? 0 : active.chain();
        FileHeader header =
                new FileHeader(FileHeader.Kind.LOG, number, random.nextLong(), sequence, chain);
        Path path = path(number);
        Path temporary = FileNames.temporary(path);
        FrameFile next;
        try {
            next = FrameFile.create(fs, temporary, path, header, options.allocationUnit());
            try {
                LogBody.putState(next.body(LogBody.STATE_BYTES + state.metadata().size()), state);
                next.append();
                next.force();
            } catch (IOException e) {
                next.closeAfter(e);
                throw e;
            }
        } catch (FileSystemOps.NoSpaceException e) {
            fs.delete(temporary);
            throw e;
        }
        fs.rename(temporary, path);
        fs.syncDirectory(directory);
        if (active != null) {
            active.close();
        }
        active = next;
        salts.put(number, header.salt());
    }

    /** Deletes the segments below {@code number}, never the active one. */
    void dropBefore(int number) throws IOException {
        while (salts.size() > 1 && salts.firstKey() < number) {
            fs.delete(path(salts.firstKey()));
            salts.pollFirstEntry();
        }
    }

    Reader reader() {
        return new Reader();
    }

    void close() throws IOException {
        if (active != null) {
            active.close();
        }
    }

    /** Reads entries by position, keeping the file at hand from one to the next. */
    final class Reader implements AutoCloseable {
        private int segment;
        private FileSystemOps.Handle handle;
        private FileWindow window;

        LogRecord read(long index, int number, long offset, int length) throws IOException {
            if (window == null || segment != number) {
                close();
                handle = number == active.header().number() ? null : fs.openForRead(path(number));
                FileSystemOps.Handle file = handle == null ? active.handle() : handle;
                window = new FileWindow(file, (int) Math.min(READ_CHUNK, file.size()));
                segment = number;
            }
            int bytes = LogBody.RECORD_BYTES + length;
            ByteBuffer in = window.at(offset, bytes);
            LogRecord entry =
                    in.remaining() < bytes ? null : LogBody.getRecord(in, index, salts.get(number));
            if (entry == null) {
                throw Fuse.corrupt(
                        path(number), offset, "a record with a wrong checksum", "entry " + index);
            }
            return entry;
        }

        @Override
        public void close() throws IOException {
            if (handle != null) {
                handle.close();
                handle = null;
            }
        }
    }
}
