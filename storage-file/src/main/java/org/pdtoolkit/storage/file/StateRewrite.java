package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/**
 * A state file of the next generation in the making: the pairs of one image, then the batches that
 * were committed since, under a temporary name until {@link #publish}.
 *
 * <p>Written in slices, so that no commit waits for a whole file. Thread: the store's owner.
 */
final class StateRewrite {
    private static final long IMAGE_FRAME_BYTES = 1 << 20;
    private static final long FORCE_EVERY_BYTES = 4 << 20;

    private record Commit(List<Batch.Write> writes, AppliedState applied) {}

    private final FileSystemOps fs;
    private final Path path;
    private final Path temporary;
    private final StateImage source;
    private final FrameFile target;
    private final ArrayDeque<Commit> behind = new ArrayDeque<>();

    private int space;
    private Iterator<Pair> pairs;
    private boolean imageComplete;
    private long forced;

    private StateRewrite(
            FileSystemOps fs, Path path, Path temporary, StateImage source, FrameFile target) {
        this.fs = fs;
        this.path = path;
        this.temporary = temporary;
        this.source = source;
        this.target = target;
        this.pairs = source.scan(Space.values()[0], null, null);
    }

    /**
     * Starts a file that will be named {@code path} and hold {@code source}.
     *
     * <p>Errors: {@link FileSystemOps.NoSpaceException}, nothing is left behind.
     */
    static StateRewrite start(FileSystemOps fs, Path path, long generation, StateImage source)
            throws IOException {
        Path temporary = FileNames.temporary(path);
        long salt = new SecureRandom().nextLong();
        FileHeader header = new FileHeader(FileHeader.Kind.STATE, generation, salt, 1, 0);
        try {
            FrameFile target = FrameFile.create(fs, temporary, path, header, 0);
            return new StateRewrite(fs, path, temporary, source, target);
        } catch (FileSystemOps.NoSpaceException e) {
            fs.delete(temporary);
            throw e;
        }
    }

    /** Bytes written so far. */
    long size() {
        return target.size();
    }

    /** Adds a batch that was committed after the image. */
    void committed(List<Batch.Write> writes, AppliedState applied) {
        behind.add(new Commit(List.copyOf(writes), applied));
    }

    /**
     * Writes about {@code bytes} more; returns whether everything committed is in the file now.
     *
     * <p>Errors: {@link FileSystemOps.NoSpaceException}; then {@link #abandon}.
     */
    boolean advance(long bytes) throws IOException {
        long start = target.tail();
        while (!imageComplete || !behind.isEmpty()) {
            long left = bytes - (target.tail() - start);
            if (left <= 0) {
                return false;
            }
            if (!imageComplete) {
                writeImageFrame(Math.min(left, IMAGE_FRAME_BYTES));
            } else {
                Commit next = behind.poll();
                appendFrame(target, StateBody.BATCH, next.writes(), next.applied());
            }
            if (target.tail() - forced >= FORCE_EVERY_BYTES) {
                target.force(); // so that the last force does not meet all of it
                forced = target.tail();
            }
        }
        return true;
    }

    private void writeImageFrame(long bytesMax) throws IOException {
        List<Batch.Write> writes = new ArrayList<>();
        long bytes = 0;
        Space[] spaces = Space.values();
        while (bytes < bytesMax) {
            while (!pairs.hasNext()) {
                space++;
                if (space == spaces.length) {
                    appendFrame(target, StateBody.IMAGE_END, writes, source.applied());
                    imageComplete = true;
                    return;
                }
                pairs = source.scan(spaces[space], null, null);
            }
            Pair pair = pairs.next();
            Batch.Write write = new Batch.Write(spaces[space], pair.key(), pair.value());
            writes.add(write);
            bytes += StateBody.bytes(write);
        }
        appendFrame(target, StateBody.IMAGE, writes, AppliedState.NONE);
    }

    /** Appends one frame of writes to a state file. */
    static void appendFrame(
            FrameFile file, int type, List<Batch.Write> writes, AppliedState applied)
            throws IOException {
        long bytes = StateBody.HEAD_BYTES + applied.confState().size();
        for (Batch.Write write : writes) {
            bytes += StateBody.bytes(write);
        }
        ByteBuffer body = file.body(bytes);
        StateBody.putHead(body, type, writes.size(), applied);
        for (Batch.Write write : writes) {
            StateBody.putWrite(body, write);
        }
        file.append();
    }

    /** Makes the complete file durable under its name; returns it, open for appending. */
    FrameFile publish() throws IOException {
        target.force();
        fs.rename(temporary, path);
        fs.syncDirectory(path.getParent());
        return target;
    }

    /** Deletes what was written. */
    void abandon() throws IOException {
        target.close();
        fs.delete(temporary);
    }
}
