package org.pdtoolkit.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.ZipOutputStream;
import org.h2.mvstore.RandomAccessStore;
import org.h2.mvstore.SFChunk;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.Fuse;

/**
 * What an MVStore takes for its file: a {@link BlockFile}.
 *
 * <p>MVStore repairs a file that it finds inconsistent by going back to an older version, and
 * swallows errors of the file while it does. Here a file is never inconsistent, unless it is
 * damaged: so the first failure is kept, and each forced version carries MVStore's mark of a clean
 * shutdown, which {@link #requireCleanStart} demands when the file is opened.
 *
 * <p>Thread: as {@link BlockFile}.
 */
final class BlockStore extends RandomAccessStore {
    private static final String CLEAN = "clean";
    private static final String VERSION = "version";

    private final BlockFile file;
    private final Fuse fuse;
    private final boolean isNew;
    private volatile StorageException failure;

    BlockStore(BlockFile file, Map<String, Object> config, Fuse fuse) {
        super(config);
        this.file = file;
        this.fuse = fuse;
        this.isNew = file.length() == 0;
    }

    /** Fails unless MVStore has opened the newest version, having read what it asked for. */
    void requireCleanStart() {
        if (failure != null) {
            throw failure;
        }
        String version = String.valueOf(storeHeader.get(VERSION));
        if (!isNew
                && !(storeHeader.containsKey(CLEAN)
                        && version.equals(Long.toHexString(lastChunkVersion())))) {
            throw Fuse.corrupt(
                    file.path(),
                    BlockFile.HEADER,
                    "a store that was not left in order",
                    "version " + version);
        }
    }

    /** Makes the store header name the newest version, and cuts off what lies behind the last. */
    void markClean() {
        saveChunkLock.lock();
        try {
            writeCleanShutdownMark();
        } finally {
            saveChunkLock.unlock();
        }
    }

    @Override
    public ByteBuffer readFully(SFChunk chunk, long position, int bytes) {
        try {
            ByteBuffer content = file.read(position, bytes);
            readCount.incrementAndGet();
            readBytes.addAndGet(bytes);
            return content;
        } catch (IOException e) {
            throw failed(fuse.fail("read", file.path(), e));
        } catch (StorageException e) {
            throw failed(e);
        }
    }

    private StorageException failed(StorageException e) {
        if (failure == null) {
            failure = e;
        }
        return e;
    }

    @Override
    protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
        writeCount.incrementAndGet();
        writeBytes.addAndGet(source.remaining());
        file.write(position, source);
    }

    /** Bytes written in all since it was opened. */
    long bytesWritten() {
        return writeBytes.get();
    }

    @Override
    public long size() {
        return file.length();
    }

    @Override
    protected void truncate(long size) {
        writeCount.incrementAndGet();
        file.truncate(size);
    }

    /** Old chunks are overwritten at once: until the force, the journal leaves them as they are. */
    @Override
    public int getDefaultRetentionTime() {
        return 0;
    }

    @Override
    public void open(String fileName, boolean readOnly, char[] encryptionKey) {
        throw new UnsupportedOperationException("opened by its constructor");
    }

    @Override
    public BlockStore open(String fileName, boolean readOnly) {
        throw new UnsupportedOperationException("opened by its constructor");
    }

    @Override
    public void backup(ZipOutputStream out) {
        throw new UnsupportedOperationException("backup");
    }
}
