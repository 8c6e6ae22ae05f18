package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DurableFiles;

/**
 * A data dir that appears in one step, when it is complete and checked.
 *
 * <pre>
 * DIR.importing/
 *   IMPORTING      locked while the command runs
 *   data/          the storage; renamed to DIR at the end
 * </pre>
 *
 * What a killed command left is deleted by the next one for the same directory. Thread: one.
 */
final class NewDirectory implements AutoCloseable {
    private static final String MARK = "IMPORTING";
    private static final String DATA = "data";

    private final Path target;
    private final Path workshop;
    private final FileChannel mark;
    private final StorageChoice choice;

    private NewDirectory(Path target, Path workshop, FileChannel mark, StorageChoice choice) {
        this.target = target;
        this.workshop = workshop;
        this.mark = mark;
        this.choice = choice;
    }

    /** Fills a storage. */
    interface Filler {
        /** Returns the digest of what it filled in. */
        String fill(ContentSink target) throws IOException;
    }

    /**
     * @throws OfflineException when there is something already, or another import is under way
     */
    static NewDirectory begin(Path path, StorageChoice choice) throws IOException {
        Set<String> found = StorageChoice.available().keySet();
        if (!found.contains(choice.backend())) {
            throw new OfflineException(
                    ExitCode.USAGE,
                    "there is no storage '" + choice.backend() + "'; there is " + found);
        }
        Path target = requireNew(path);
        Path workshop = target.resolveSibling(target.getFileName() + ".importing");
        requireOurs(workshop);
        DurableFiles.createDirectories(workshop);
        FileChannel mark =
                DurableFiles.open(
                        workshop.resolve(MARK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = mark.tryLock();
            if (lock == null) {
                throw new OfflineException(
                        ExitCode.IN_USE,
                        workshop + ": another import into " + target + " is under way");
            }
            delete(workshop.resolve(DATA));
            return new NewDirectory(target, workshop, mark, choice);
        } finally {
            if (lock == null) {
                mark.close();
            }
        }
    }

    private static Path requireNew(Path path) throws IOException {
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            boolean empty = Files.isDirectory(target) && names(target).isEmpty();
            if (!empty || target.getParent() == null) {
                throw new OfflineException(
                        ExitCode.USAGE,
                        path
                                + ": not an empty directory; nothing was written. Choose one that"
                                + " does not exist yet");
            }
        }
        return target;
    }

    /** Only what an earlier import left may be deleted. */
    private static void requireOurs(Path workshop) throws IOException {
        if (!Files.exists(workshop, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean ours =
                Files.isDirectory(workshop, LinkOption.NOFOLLOW_LINKS)
                        && Set.of(MARK, DATA).containsAll(names(workshop));
        if (!ours) {
            throw new OfflineException(
                    ExitCode.USAGE,
                    workshop
                            + ": needed as the place to build in, but it holds something else;"
                            + " nothing was written. Move it away, or choose another directory");
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    /**
     * Builds the storage, reads it back, and gives it its name.
     *
     * @return the digest of the content
     * @throws OfflineException when what is read back differs
     */
    String build(Filler filler) throws IOException {
        Path data = workshop.resolve(DATA);
        String given;
        try (Storage storage = openNew(data)) {
            given = filler.fill(new ContentBuilder(storage));
        }
        ContentEncoder readBack = new ContentEncoder();
        try (Storage storage = choice.open(data)) {
            ContentSource.read(storage, readBack);
        }
        if (!readBack.sha256().equals(given)) {
            throw new OfflineException(
                    ExitCode.FAILED,
                    target
                            + ": what was written reads back differently (digest "
                            + readBack.sha256()
                            + " instead of "
                            + given
                            + "); nothing was published. Check the disk and its kernel messages");
        }
        DurableFiles.rename(data, target);
        DurableFiles.syncDirectory(target.getParent());
        return given;
    }

    private Storage openNew(Path data) {
        try {
            return choice.open(data);
        } catch (StorageException.Incompatible e) {
            throw new OfflineException(ExitCode.USAGE, e.getMessage());
        }
    }

    /** Removes the place to build in, with what is unfinished. */
    @Override
    public void close() throws IOException {
        try (mark) {
            delete(workshop);
        }
    }

    /** Does not follow links. */
    private static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                            throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
