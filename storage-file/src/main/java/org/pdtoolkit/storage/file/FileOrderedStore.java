package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.support.Contract;
import org.pdtoolkit.storage.support.Fuse;

/**
 * The applied state: a file of committed batches, {@code state/<generation, 16 hex digits>.state},
 * and every live pair in memory.
 *
 * <pre>
 * 000…005.state | header 48 | image frames … | end of image | batch | batch | batch
 * </pre>
 *
 * <p>See {@link FileHeader}, {@link Frame} and {@link StateBody} for the bytes. A commit is one
 * unforced write; {@link #sync} forces. When the bytes that no longer count exceed those that do
 * (and the option {@code rewrite-bytes}), the live pairs go into a file of the next generation, a
 * slice with each commit, which is forced and renamed before the old one is deleted; so the disk
 * holds at most about 3.5 times the live data plus {@code rewrite-bytes}. A replacement works the
 * same way, at once.
 *
 * <p>Thread: one owner; {@link #view}, {@link #applied}, {@link #durableIndex} and {@link #usage}
 * by anyone.
 */
final class FileOrderedStore implements OrderedStore {
    private static final String SUFFIX = ".state";
    private static final int NAME_DIGITS = 16;

    /** A commit carries a rewrite on by this share of {@code rewrite-bytes} (256 KiB of 16 MiB), */
    private static final int SLICES = 64;

    /** or by this many times its own bytes, so that the rewrite always catches up. */
    private static final int SLICE_FACTOR = 4;

    private final FileSystemOps fs;
    private final Path directory;
    private final long rewriteBytes;
    private final Fuse fuse;

    private FrameFile file;
    private StateRewrite rewrite;
    private long retryAbove;
    private volatile StateImage image;
    private volatile long durableIndex;
    private volatile long fileBytes;

    private FileOrderedStore(FileSystemOps fs, Path directory, FileOptions options, Fuse fuse) {
        this.fs = fs;
        this.directory = directory;
        this.rewriteBytes = options.rewriteBytes();
        this.fuse = fuse;
    }

    static FileOrderedStore open(FileSystemOps fs, Path directory, FileOptions options, Fuse fuse)
            throws IOException {
        fs.createDirectories(directory);
        FileNames.deleteLeftovers(fs, directory);
        FileOrderedStore store = new FileOrderedStore(fs, directory, options, fuse);
        List<Long> generations = FileNames.numbers(fs, directory, SUFFIX, NAME_DIGITS);
        if (generations.isEmpty()) {
            store.file = writeWhole(fs, store.path(1), 1, StateImage.EMPTY).publish();
            store.image = StateImage.EMPTY;
        } else {
            // The newest was complete before it got its name, and before older ones were deleted.
            long newest = generations.get(generations.size() - 1);
            store.load(newest);
            fs.syncDirectory(directory);
            for (long old : generations.subList(0, generations.size() - 1)) {
                fs.delete(store.path(old));
            }
        }
        store.durableIndex = store.image.applied().index();
        store.fileBytes = store.file.size();
        return store;
    }

    private Path path(long generation) {
        return directory.resolve(FileNames.name(generation, NAME_DIGITS) + SUFFIX);
    }

    private void load(long generation) throws IOException {
        Path path = path(generation);
        FileSystemOps.Handle handle = fs.open(path);
        try {
            FileHeader header = FileHeader.read(handle, path, FileHeader.Kind.STATE, generation);
            Loader loader = new Loader(path);
            FrameScanner.Tail tail = new FrameScanner(handle, path, header).scan(loader::frame);
            if (!loader.imageComplete) {
                throw Fuse.corrupt(
                        path, tail.offset(), "an unreadable frame", "the rest of the image");
            }
            file = FrameFile.resume(handle, path, header, tail, 0);
            image = loader.editor.done();
        } finally {
            if (file == null) {
                handle.close();
            }
        }
    }

    private static final class Loader {
        private final Path path;
        private final StateImage.Editor editor = StateImage.EMPTY.edit();
        private boolean imageComplete;

        Loader(Path path) {
            this.path = path;
        }

        void frame(long offset, ByteBuffer body) {
            int type = body.getInt();
            int count = body.getInt();
            boolean expected =
                    imageComplete
                            ? type == StateBody.BATCH
                            : type == StateBody.IMAGE || type == StateBody.IMAGE_END;
            if (!expected) {
                throw Fuse.corrupt(
                        path, offset, "frame type " + type, imageComplete ? "3" : "1 or 2");
            }
            AppliedState applied = StateBody.getApplied(body);
            for (int i = 0; i < count; i++) {
                Batch.Write write = StateBody.getWrite(body);
                if (write == null) {
                    throw Fuse.corrupt(path, offset, "a key space without a name", "a known one");
                }
                editor.write(write);
            }
            if (type != StateBody.IMAGE) {
                if (type == StateBody.BATCH && applied.index() < editor.applied().index()) {
                    throw Fuse.corrupt(
                            path,
                            offset,
                            "applied index " + applied.index(),
                            "at least " + editor.applied().index());
                }
                editor.applied(applied);
                imageComplete = true;
            }
        }
    }

    @Override
    public View view() {
        fuse.check();
        return image;
    }

    @Override
    public AppliedState applied() {
        fuse.check();
        return image.applied();
    }

    @Override
    public void commit(Batch batch, AppliedState applied) {
        fuse.check();
        StateImage before = image;
        Contract.requireForward(before.applied(), applied);
        if (batch.isEmpty() && applied.equals(before.applied())) {
            return;
        }
        long start = file.tail();
        try {
            StateRewrite.appendFrame(file, StateBody.BATCH, batch.writes(), applied);
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(file.path(), e);
        } catch (IOException e) {
            throw fuse.fail("commit", file.path(), e);
        }
        StateImage.Editor editor = before.edit();
        batch.writes().forEach(editor::write);
        editor.applied(applied);
        image = editor.done();
        rewriteSlice(batch, applied, file.tail() - start);
        fileBytes = file.size() + (rewrite == null ? 0 : rewrite.size());
    }

    /** Starts a rewrite when it pays, and carries one on in proportion to what is committed. */
    private void rewriteSlice(Batch batch, AppliedState applied, long frameBytes) {
        long live = image.liveBytes();
        long garbage = file.size() - live;
        try {
            if (rewrite != null) {
                rewrite.committed(batch.writes(), applied);
            } else if (garbage > live && garbage > rewriteBytes && garbage > retryAbove) {
                long generation = file.header().number() + 1;
                rewrite = StateRewrite.start(fs, path(generation), generation, image);
            } else {
                return;
            }
            long slice = Math.max(rewriteBytes / SLICES, frameBytes * SLICE_FACTOR);
            carryOn(slice);
        } catch (FileSystemOps.NoSpaceException e) {
            // The batch is in the old file; with a little more garbage the rewrite is tried again.
            retryAbove = garbage + rewriteBytes / SLICES;
            abandonRewrite();
        } catch (IOException e) {
            throw fuse.fail("rewriting", directory, e);
        }
    }

    private void carryOn(long bytes) throws IOException {
        if (rewrite.advance(bytes)) {
            switchTo(rewrite, image);
            rewrite = null;
        }
    }

    /** A rewrite whether it pays or not. */
    @Override
    public boolean reclaim(long bytes) {
        fuse.check();
        try {
            if (rewrite == null) {
                long generation = file.header().number() + 1;
                rewrite = StateRewrite.start(fs, path(generation), generation, image);
            }
            carryOn(bytes);
        } catch (FileSystemOps.NoSpaceException e) {
            abandonRewrite();
            throw Fuse.full(directory, e);
        } catch (IOException e) {
            throw fuse.fail("rewriting", directory, e);
        }
        fileBytes = file.size() + (rewrite == null ? 0 : rewrite.size());
        return rewrite != null;
    }

    private void abandonRewrite() {
        if (rewrite == null) {
            return;
        }
        try {
            rewrite.abandon();
            rewrite = null;
        } catch (IOException e) {
            throw fuse.fail("deleting an unfinished state file", directory, e);
        }
    }

    @Override
    public void sync() {
        fuse.check();
        try {
            file.force();
        } catch (IOException e) {
            throw fuse.fail("force", file.path(), e);
        }
        durableIndex = image.applied().index();
    }

    @Override
    public long durableIndex() {
        return durableIndex;
    }

    @Override
    public void replace(Iterator<Batch.Write> writes, AppliedState applied) {
        fuse.check();
        StateImage.Editor editor = image.onlyRegions().edit();
        while (writes.hasNext()) {
            Batch.Write write = writes.next();
            Contract.requireReplacement(write);
            editor.write(write);
        }
        editor.applied(applied);
        abandonRewrite();
        long generation = file.header().number() + 1;
        StateImage replaced = editor.done();
        try {
            switchTo(writeWhole(fs, path(generation), generation, replaced), replaced);
        } catch (FileSystemOps.NoSpaceException e) {
            throw Fuse.full(directory, e);
        } catch (IOException e) {
            throw fuse.fail("replacing the state", directory, e);
        }
        fileBytes = file.size();
    }

    private static StateRewrite writeWhole(
            FileSystemOps fs, Path path, long generation, StateImage content) throws IOException {
        StateRewrite whole = StateRewrite.start(fs, path, generation, content);
        try {
            whole.advance(Long.MAX_VALUE);
        } catch (FileSystemOps.NoSpaceException e) {
            whole.abandon();
            throw e;
        }
        return whole;
    }

    /** Makes the finished file the current one, durably. */
    private void switchTo(StateRewrite finished, StateImage next) throws IOException {
        FrameFile old = file;
        file = finished.publish();
        image = next;
        durableIndex = next.applied().index();
        retryAbove = 0;
        old.close();
        fs.delete(old.path());
    }

    @Override
    public Usage usage() {
        fuse.check();
        return new Usage(image.liveBytes(), fileBytes);
    }

    /** Forces what is committed, unless a failure says that a force means nothing any more. */
    void close() throws IOException {
        try {
            if (!fuse.blown()) {
                file.force();
                if (rewrite != null) {
                    rewrite.abandon();
                }
            }
        } finally {
            file.close();
        }
    }
}
