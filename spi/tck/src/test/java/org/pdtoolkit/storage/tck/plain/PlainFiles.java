package org.pdtoolkit.storage.tck.plain;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DurableFiles;
import org.pdtoolkit.storage.support.Fuse;

/**
 * Files that are replaced as a whole: content and its CRC-32C in a temporary file, force, rename,
 * force of the directory. A crash leaves the old content or the new one.
 *
 * <p>Errors of every method: FULL (nothing changed), FAILED (and the fuse is blown), CORRUPT.
 */
final class PlainFiles {
    private static final int CRC_BYTES = 4;

    private final Path directory;
    private final Fuse fuse;
    private final Flaw flaw;

    PlainFiles(Path directory, Fuse fuse, Flaw flaw) {
        this.directory = directory;
        this.fuse = fuse;
        this.flaw = flaw;
    }

    Flaw flaw() {
        return flaw;
    }

    /** Fills a {@link DataOutputStream} in memory. */
    interface Encoder {
        void to(DataOutputStream out) throws IOException;
    }

    static byte[] encode(Encoder encoder) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            encoder.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    static void put(DataOutputStream out, Bytes bytes) throws IOException {
        out.writeInt(bytes.size());
        out.write(bytes.toArray());
    }

    /**
     * After a crash: what it left unfinished is deleted, and the names that are seen are made
     * durable, since the process before this one may have been killed before it did.
     */
    void recover() {
        run(
                "recovering",
                directory,
                () -> {
                    for (String name : list(DurableFiles.TEMPORARY)) {
                        Files.delete(directory.resolve(name));
                    }
                    if (flaw != Flaw.OPEN_TRUSTS_UNSYNCED_NAMES
                            && flaw != Flaw.READ_ONLY_DISK_TAKEN_FOR_EMPTY) {
                        DurableFiles.syncDirectory(directory);
                    }
                });
    }

    /** Names with this ending. */
    List<String> list(String suffix) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            if (flaw == Flaw.READ_ONLY_DISK_TAKEN_FOR_EMPTY) {
                return List.of();
            }
            throw failed("listing", directory, e);
        }
    }

    /** Content of a file, or {@code null} when there is none. */
    byte[] read(String name) {
        Path file = directory.resolve(name);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            if (flaw == Flaw.FAILED_READ_TAKEN_FOR_EMPTY) {
                return null;
            }
            throw failed("reading", file, e);
        }
        int length = bytes.length - CRC_BYTES;
        boolean checked =
                flaw != Flaw.CHECKSUM_NOT_COMPARED
                        && !(flaw == Flaw.SNAPSHOT_DAMAGE_HANDED_OUT
                                && name.endsWith(PlainSnapshots.SUFFIX));
        if (length < 0 || checked && ByteBuffer.wrap(bytes).getInt(length) != crc(bytes, length)) {
            throw Fuse.corrupt(file, 0, "another checksum", "that of the content");
        }
        return Bytes.copyOf(bytes, 0, length).toArray();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Replaces the content of a file; durable on return. */
    void write(String name, byte[] content) {
        Path file = directory.resolve(name);
        ByteBuffer bytes = ByteBuffer.allocate(content.length + CRC_BYTES);
        bytes.put(content).putInt(crc(content, content.length)).flip();
        run("writing", file, () -> replace(file, bytes));
    }

    private void replace(Path file, ByteBuffer bytes) throws IOException {
        if (flaw == Flaw.IN_PLACE_UPDATE) {
            fill(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            DurableFiles.syncDirectory(directory);
            return;
        }
        Path made = directory.resolve(file.getFileName() + DurableFiles.TEMPORARY);
        fill(
                made,
                bytes,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        DurableFiles.rename(made, file);
        if (flaw != Flaw.RENAME_WITHOUT_DIRECTORY_SYNC) {
            DurableFiles.syncDirectory(directory);
        }
    }

    private void fill(Path file, ByteBuffer bytes, OpenOption... options) throws IOException {
        try (FileChannel channel = DurableFiles.open(file, options)) {
            if (flaw == Flaw.FORCE_BEFORE_WRITE) {
                channel.force(true);
            }
            do {
                channel.write(bytes);
            } while (bytes.hasRemaining() && flaw != Flaw.SHORT_WRITE_TAKEN_FOR_WHOLE);
            if (flaw == Flaw.IN_PLACE_UPDATE) {
                channel.truncate(bytes.limit());
            }
            boolean forced =
                    flaw != Flaw.NO_FORCE
                            && flaw != Flaw.FORCE_BEFORE_WRITE
                            && !(flaw == Flaw.SNAPSHOT_NOT_FORCED
                                    && file.toString().contains(PlainSnapshots.SUFFIX));
            if (forced) {
                force(channel);
            }
        }
    }

    private void force(FileChannel channel) throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            if (flaw != Flaw.FAILED_FORCE_IGNORED) {
                throw e;
            }
        }
    }

    /** Deletes files in this order, durably. */
    void delete(List<String> names) {
        run(
                "deleting",
                directory,
                () -> {
                    for (String name : names) {
                        Files.delete(directory.resolve(name));
                    }
                    if (flaw != Flaw.RETAIN_NOT_SYNCED) {
                        DurableFiles.syncDirectory(directory);
                    }
                });
    }

    private interface Change {
        void run() throws IOException;
    }

    private void run(String action, Path file, Change change) {
        try {
            change.run();
        } catch (IOException e) {
            if (DurableFiles.isOutOfSpace(file, 0, e)) {
                throw Fuse.full(file, e);
            }
            throw failed(action, file, e);
        }
    }

    private StorageException failed(String action, Path file, IOException e) {
        Fuse blown = flaw == Flaw.GOES_ON_AFTER_A_FAILURE ? new Fuse() : fuse;
        return blown.fail(action, file, e);
    }
}
