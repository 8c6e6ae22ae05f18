package org.pdtoolkit.storage.h2;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.DataType;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DurableFiles;
import org.pdtoolkit.storage.support.Fuse;

/**
 * An MVStore in a {@link BlockFile}: what its maps hold at a {@link #save} is durable together.
 *
 * <p>It has no thread of its own and saves nothing by itself. Space of old versions is used again
 * as soon as no reader needs them; what then is garbage inside of chunks that are still in use is
 * collected by a bounded piece of work with each save, while the file is larger than twice its live
 * data and {@code compact-bytes}.
 *
 * <p>Thread: one owner; maps are read by anyone.
 */
final class VersionedStore {
    private static final int PAGE_BYTES = 4096;
    private static final int WRITE_BUFFER_BYTES = 64 << 10;
    private static final int GARBAGE_FACTOR = 2;
    private static final int FILL_RATE = 90;

    /** Garbage is looked for when this share of {@code compact-bytes} has been written, */
    private static final int SLICES = 16;

    /** and this many times as much is rewritten, so that collection catches up. */
    private static final int SLICE_FACTOR = 2;

    private final BlockFile file;
    private final H2Options options;
    private final long cacheBytes;
    private final Fuse fuse;
    private BlockStore blocks;
    private MVStore store;
    private long writtenAtLook;
    private volatile long liveBytes;

    private VersionedStore(BlockFile file, Setup setup, long cacheBytes) {
        this.file = file;
        this.options = setup.options();
        this.cacheBytes = cacheBytes;
        this.fuse = setup.fuse();
    }

    /**
     * Opens the file and what keeps its data in there, both or nothing.
     *
     * <p>Errors: CORRUPT, INCOMPATIBLE, FULL, FAILED.
     *
     * @param loader makes the store of data, and reads what that needs
     */
    static <T> T open(Path path, Setup setup, long cacheBytes, Function<VersionedStore, T> loader) {
        BlockFile file;
        try {
            file = BlockFile.open(path, setup.options().journalBytes(), setup.opener());
        } catch (IOException e) {
            throw sorted(path, "opening", e, setup.fuse());
        }
        VersionedStore opened = new VersionedStore(file, setup, cacheBytes);
        boolean ready = false;
        try {
            opened.start();
            T loaded = loader.apply(opened);
            ready = true;
            return loaded;
        } catch (RuntimeException e) {
            throw opened.translate("opening", e);
        } finally {
            if (!ready) {
                opened.closeFile();
            }
        }
    }

    private void start() {
        Map<String, Object> config = new HashMap<>();
        config.put("cacheSize", (int) (cacheBytes >> 20));
        config.put("pageSplitSize", PAGE_BYTES);
        blocks = new BlockStore(file, config, fuse);
        blocks.releaseWriteBuffer(new WriteBuffer(WRITE_BUFFER_BYTES)); // H2's first has 1 MiB
        try {
            store =
                    new MVStore.Builder()
                            .adoptFileStore(blocks)
                            .autoCommitDisabled()
                            .autoCommitBufferSize(0)
                            .open();
        } catch (RuntimeException e) {
            blocks.requireCleanStart();
            throw translate("opening", e);
        }
        blocks.requireCleanStart();
        store.setVersionsToKeep(0);
        writtenAtLook = 0;
        liveBytes = measureLive();
    }

    Path path() {
        return file.path();
    }

    /** For versions: registering readers, removing maps. */
    MVStore store() {
        return store;
    }

    <K, V> MVMap<K, V> map(String name, DataType<K> keys, DataType<V> values) {
        return store.openMap(name, new MVMap.Builder<K, V>().keyType(keys).valueType(values));
    }

    /** Bytes that a {@link #save} would have to write, about. */
    long unsavedBytes() {
        return store.getUnsavedMemory() + file.pendingBytes();
    }

    /** Whether {@link #unsavedBytes} should be saved before there is more. */
    boolean wantsSave() {
        return unsavedBytes() > options.journalBytes() / 2 || file.pendingBytes() > 0;
    }

    /**
     * Makes everything that the maps hold durable, in one step.
     *
     * <p>Errors: FULL (nothing is durable of it, all is kept and goes with the next call), FAILED,
     * CORRUPT.
     */
    void save() {
        try {
            if (store.hasUnsavedChanges()) {
                store.commit();
                blocks.markClean();
            }
            file.force();
            collectGarbage();
        } catch (IOException e) {
            throw sorted(file.path(), "write", e, fuse);
        } catch (RuntimeException e) {
            throw broken("saving", e);
        }
    }

    /** A version of its own, since it is not what the caller wants to be durable. */
    private void collectGarbage() throws IOException {
        long since = blocks.bytesWritten() - writtenAtLook;
        if (since < options.compactBytes() / SLICES) {
            return;
        }
        liveBytes = measureLive();
        if (file.length() > liveBytes * GARBAGE_FACTOR + options.compactBytes()) {
            rewrite((int) Math.min(since * SLICE_FACTOR, options.journalBytes()));
            liveBytes = measureLive();
        }
        writtenAtLook = blocks.bytesWritten();
    }

    /**
     * Rewrites about so many bytes, whatever the share of garbage; for what is saved.
     *
     * <p>Errors: FULL, FAILED, CORRUPT.
     *
     * @return whether that has helped, and more may
     */
    boolean reclaim(long bytes) {
        try {
            long length = file.length();
            long live = measureLive();
            boolean more = rewrite((int) Math.min(bytes, options.journalBytes()));
            liveBytes = measureLive();
            writtenAtLook = blocks.bytesWritten();
            return more && (file.length() < length || liveBytes > live);
        } catch (IOException e) {
            throw sorted(file.path(), "write", e, fuse);
        } catch (RuntimeException e) {
            throw broken("collecting garbage", e);
        }
    }

    /** Returns whether there was something to rewrite. */
    private boolean rewrite(int bytes) throws IOException {
        boolean found = store.compact(FILL_RATE, bytes);
        if (found) {
            store.commit();
        }
        blocks.compactMoveChunks(FILL_RATE, bytes, store);
        if (store.hasUnsavedChanges()) {
            store.commit();
        }
        blocks.markClean();
        try {
            file.force();
        } catch (IOException e) {
            if (!DurableFiles.isOutOfSpace(file.path(), 0, e)) {
                throw e;
            }
            // What the caller saved is durable; this waits for the next save.
        }
        return found;
    }

    private long measureLive() {
        return file.length() / 100 * blocks.getFillRate() / 100 * blocks.getChunksFillRate();
    }

    /** Goes back to what is durable; every map has to be opened again. */
    void discard() {
        try {
            store.closeImmediately();
            file.discard();
            start();
        } catch (RuntimeException e) {
            throw broken("going back", e);
        }
    }

    long liveBytes() {
        return Math.min(liveBytes, file.length());
    }

    long bytesOnDisk() {
        return file.bytesOnDisk();
    }

    /**
     * Lets go of the files; what is not saved is forgotten.
     *
     * <p>Errors: FAILED (released all the same).
     */
    void close() {
        try {
            if (!fuse.blown()) {
                file.checkpoint();
            }
        } catch (IOException e) {
            if (!DurableFiles.isOutOfSpace(file.path(), 0, e)) {
                throw fuse.fail("write", file.path(), e);
            }
            // The journal has it: the next open goes on from there.
        } finally {
            store.closeImmediately();
            closeFile();
        }
    }

    /** Lets go of the files without writing. */
    void closeFile() {
        try {
            file.close();
        } catch (IOException e) {
            throw fuse.fail("close", file.path(), e);
        }
    }

    /** Sorts an error of H2 or of the file below it. */
    RuntimeException translate(String action, RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageException sorted) {
                return sorted;
            }
            if (cause instanceof Error error) {
                throw error;
            }
        }
        if (!(e instanceof MVStoreException store)) {
            return e;
        }
        return switch (store.getErrorCode()) {
            case DataUtils.ERROR_CLOSED -> {
                fuse.check();
                yield new IllegalStateException("storage is closed", e);
            }
            case DataUtils.ERROR_FILE_CORRUPT,
                    DataUtils.ERROR_CHUNK_NOT_FOUND,
                    DataUtils.ERROR_READING_FAILED ->
                    Fuse.corrupt(file.path(), BlockFile.HEADER, e.getMessage(), "a sound store");
            default -> fuse.fail(action, file.path(), new IOException(e));
        };
    }

    /** As {@link #translate}, for a change that may be half done: nothing more is accepted. */
    RuntimeException broken(String action, RuntimeException e) {
        RuntimeException translated = translate(action, e);
        if (!(translated instanceof StorageException.Full) && !fuse.blown()) {
            StorageException stop = fuse.fail(action, file.path(), new IOException(translated));
            return translated instanceof StorageException ? translated : stop;
        }
        return translated;
    }

    private static StorageException sorted(Path path, String action, IOException e, Fuse fuse) {
        return DurableFiles.isOutOfSpace(path, 0, e)
                ? Fuse.full(path, e)
                : fuse.fail(action, path, e);
    }
}
