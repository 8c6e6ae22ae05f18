package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.support.Contract;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The Raft log in segment files {@code log/<number, 16 hex digits>.log}.
 *
 * <pre>
 * 000…001.log   | header 48 | state frame | append frame | append frame | … | zeros |
 * 000…002.log   | header 48 | state frame | append frame | compact frame | zeros …  |
 * </pre>
 *
 * <p>See {@link FileHeader}, {@link Frame} and {@link LogBody} for the bytes. Each append is one
 * write and one force into space that already exists as zeros. A segment is made under a temporary
 * name, forced, renamed, and its directory forced, so every published segment but the last is
 * complete. Compaction writes its mark and deletes whole files; a reset is a new segment whose
 * state frame says that the log starts over there.
 *
 * <p>Thread: one owner.
 */
final class FileLogStore implements LogStore {
    private final LogSegments segments;
    private final Fuse fuse;
    private final EntryIndex index;

    private HardState hard;
    private Bytes metadata;
    private long baseIndex;
    private long baseTerm;

    private FileLogStore(LogSegments segments, LogReplay replay, Fuse fuse) {
        this.segments = segments;
        this.fuse = fuse;
        this.index = replay.index();
        this.hard = replay.hardState();
        this.metadata = replay.metadata();
        this.baseIndex = replay.baseIndex();
        this.baseTerm = replay.baseTerm();
    }

    static FileLogStore open(FileSystemOps fs, Path directory, FileOptions options, Fuse fuse)
            throws IOException {
        LogReplay replay = new LogReplay(options.logCacheBytes());
        LogSegments segments = LogSegments.open(fs, directory, options, replay);
        FileLogStore store = new FileLogStore(segments, replay, fuse);
        segments.dropBefore(store.firstNeededSegment());
        return store;
    }

    @Override
    public Optional<Bytes> metadata() {
        fuse.check();
        return Optional.ofNullable(metadata);
    }

    @Override
    public void initialize(Bytes newMetadata) {
        fuse.check();
        if (metadata != null) {
            throw new IllegalStateException("log is already initialised");
        }
        if (newMetadata == null) {
            throw new IllegalArgumentException("metadata is missing");
        }
        start(new LogBody.State(true, HardState.EMPTY, 0, 0, 0, newMetadata));
        metadata = newMetadata;
    }

    @Override
    public HardState hardState() {
        fuse.check();
        return hard;
    }

    @Override
    public long firstIndex() {
        fuse.check();
        return baseIndex + 1;
    }

    @Override
    public long lastIndex() {
        fuse.check();
        return index.last();
    }

    @Override
    public long term(long at) {
        fuse.check();
        return at == baseIndex ? baseTerm : index.term(at);
    }

    @Override
    public List<LogRecord> read(long from, long until, long bytesMax) {
        fuse.check();
        Contract.requireRange(from, until, firstIndex(), lastIndex());
        List<LogRecord> entries = new ArrayList<>();
        long bytes = 0;
        try (LogSegments.Reader reader = segments.reader()) {
            for (long i = from; i < until && bytes <= bytesMax; i++) {
                LogRecord entry = index.cached(i);
                if (entry == null) {
                    entry = reader.read(i, index.segment(i), index.offset(i), index.length(i));
                }
                entries.add(entry);
                bytes += entry.data().size();
            }
        } catch (IOException e) {
            throw fuse.fail("read", segments.directory(), e);
        }
        return entries;
    }

    @Override
    public void append(HardState state, List<LogRecord> entries) {
        requireInitialised();
        Contract.requireConsecutive(entries, firstIndex(), lastIndex());
        long bytes = LogBody.appendBytes(entries);
        if (segments.wantsRoll(bytes)) {
            start(new LogBody.State(false, hard, baseIndex, baseTerm, index.last(), metadata));
        }
        long first = entries.isEmpty() ? index.last() + 1 : entries.get(0).index();
        FrameFile active = segments.active();
        long[] offsets = new long[entries.size()];
        write(
                bytes,
                body -> {
                    body.putInt(LogBody.APPEND).putInt(entries.size());
                    LogBody.putHardState(body, state);
                    body.putLong(first);
                    for (int i = 0; i < offsets.length; i++) {
                        offsets[i] = active.tail() + body.position();
                        LogBody.putRecord(body, entries.get(i), active.header().salt());
                    }
                });
        hard = state;
        if (!entries.isEmpty()) {
            index.truncateFrom(first);
        }
        int segment = Math.toIntExact(active.header().number());
        for (int i = 0; i < offsets.length; i++) {
            index.add(entries.get(i), segment, offsets[i]);
        }
    }

    @Override
    public void compact(long until) {
        requireInitialised();
        Contract.requireIndex(until, baseIndex, index.last());
        if (until == baseIndex) {
            return;
        }
        long term = index.term(until);
        write(
                LogBody.COMPACT_BYTES,
                body -> body.putInt(LogBody.COMPACT).putInt(0).putLong(until).putLong(term));
        baseIndex = until;
        baseTerm = term;
        index.dropThrough(until);
        drop();
    }

    @Override
    public void reset(long newBase, long newBaseTerm, HardState state) {
        requireInitialised();
        if (newBase < 0) {
            throw new IllegalArgumentException("base index " + newBase);
        }
        start(new LogBody.State(true, state, newBase, newBaseTerm, newBase, metadata));
        index.restart(newBase + 1);
        hard = state;
        baseIndex = newBase;
        baseTerm = newBaseTerm;
        drop();
    }

    private interface Filler {
        void fill(ByteBuffer body);
    }

    /** One frame: one write, one force. */
    private void write(long bytes, Filler filler) {
        FrameFile active = segments.active();
        try {
            filler.fill(active.body(bytes));
            active.append();
            active.force();
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(active.path(), e);
        } catch (IOException e) {
            throw fuse.fail("append", active.path(), e);
        }
    }

    private void start(LogBody.State state) {
        try {
            segments.roll(state);
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(segments.directory(), e);
        } catch (IOException e) {
            throw fuse.fail("starting a segment", segments.directory(), e);
        }
    }

    private void drop() {
        try {
            segments.dropBefore(firstNeededSegment());
        } catch (IOException e) {
            throw fuse.fail("deleting a segment", segments.directory(), e);
        }
    }

    /** Segments below hold no live entry; those between may hold none either but keep the chain. */
    private int firstNeededSegment() {
        int needed = Integer.MAX_VALUE;
        if (index.last() > baseIndex) {
            needed = index.segment(baseIndex + 1);
        }
        return needed;
    }

    private void requireInitialised() {
        fuse.check();
        if (metadata == null) {
            throw new IllegalStateException("log is not initialised");
        }
    }

    /** Closes the files; the log is durable at any time. */
    void close() throws IOException {
        segments.close();
    }
}
