package org.pdtoolkit.storage.file;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.support.Fuse;

/**
 * What the segments of a log say, fed frame by frame in their order; refuses what no sequence of
 * calls can have written.
 *
 * <p>Entries of dropped segments leave a gap between the base and the first entry that is only
 * allowed while a later compact frame closes it. Thread: the opening one.
 */
final class LogReplay {
    private final EntryIndex index;
    private HardState hard = HardState.EMPTY;
    private Bytes metadata;
    private long baseIndex;
    private long baseTerm;

    private Path file;
    private long salt;
    private int segment;
    private boolean segmentStarted;

    LogReplay(long cacheBytesMax) {
        index = new EntryIndex(1, cacheBytesMax);
    }

    EntryIndex index() {
        return index;
    }

    HardState hardState() {
        return hard;
    }

    Bytes metadata() {
        return metadata;
    }

    long baseIndex() {
        return baseIndex;
    }

    long baseTerm() {
        return baseTerm;
    }

    /** Announces the segment that the next frames belong to. */
    void segment(Path path, FileHeader header) {
        file = path;
        salt = header.salt();
        segment = Math.toIntExact(header.number());
        segmentStarted = false;
    }

    void frame(long offset, ByteBuffer body) {
        int type = body.remaining() < 8 ? 0 : body.getInt();
        if (segmentStarted == (type == LogBody.STATE)) {
            throw Fuse.corrupt(
                    file,
                    offset,
                    "frame type " + type,
                    segmentStarted ? "an append or compact frame" : "a state frame first");
        }
        switch (type) {
            case LogBody.STATE -> state(offset, LogBody.getState(body));
            case LogBody.APPEND -> append(offset, body);
            case LogBody.COMPACT -> compact(offset, body);
            default -> throw Fuse.corrupt(file, offset, "frame type " + type, "1, 2 or 3");
        }
        segmentStarted = true;
    }

    private void state(long offset, LogBody.State state) {
        if (metadata == null || state.startsOver()) {
            metadata = state.metadata();
            hard = state.hard();
            baseIndex = state.baseIndex();
            baseTerm = state.baseTerm();
            index.restart(state.last() + 1);
            return;
        }
        LogBody.State known =
                new LogBody.State(false, hard, baseIndex, baseTerm, index.last(), metadata);
        if (!known.equals(state)) {
            throw Fuse.corrupt(file, offset, state.toString(), known.toString());
        }
    }

    private void append(long offset, ByteBuffer body) {
        int start = body.position() - 4;
        int count = body.getInt();
        hard = LogBody.getHardState(body);
        long first = body.getLong();
        if (count > 0) {
            if (first <= baseIndex || first > index.last() + 1) {
                throw Fuse.corrupt(
                        file,
                        offset,
                        "entries from index " + first,
                        "an index in [" + (baseIndex + 1) + ", " + (index.last() + 1) + "]");
            }
            if (first < index.first()) {
                index.restart(first);
            } else {
                index.truncateFrom(first);
            }
        }
        for (int i = 0; i < count; i++) {
            long at = offset + body.position() - start;
            LogRecord entry =
                    body.remaining() < LogBody.RECORD_BYTES
                            ? null
                            : LogBody.getRecord(body, first + i, salt);
            if (entry == null) {
                throw Fuse.corrupt(
                        file, at, "a record with a wrong checksum", "entry " + (first + i));
            }
            index.add(entry, segment, at);
        }
    }

    private void compact(long offset, ByteBuffer body) {
        body.getInt();
        long newBase = body.getLong();
        if (newBase < baseIndex || newBase > index.last()) {
            throw Fuse.corrupt(
                    file,
                    offset,
                    "compaction to index " + newBase,
                    "an index in [" + baseIndex + ", " + index.last() + "]");
        }
        baseIndex = newBase;
        baseTerm = body.getLong();
        index.dropThrough(baseIndex);
    }

    /** Checks what must hold once every segment has been read. */
    void finish() {
        if (index.first() > baseIndex + 1) {
            throw Fuse.corrupt(
                    file,
                    0,
                    "entries from index " + index.first() + " on",
                    "entry " + (baseIndex + 1) + ", which stood in a segment file that is missing");
        }
    }
}
