package org.pdtoolkit.storage.tck.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The file operations of every simulated disk; the path says which. Thread: safe. */
final class SimulatedProvider extends FileSystemProvider {
    static final String SCHEME = "simulated-disk";
    static final SimulatedProvider INSTANCE = new SimulatedProvider();

    private SimulatedProvider() {}

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException("a simulated disk is made by its constructor");
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException("a simulated disk is not found by name: " + uri);
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException("a simulated disk is not found by name: " + uri);
    }

    private static void refuseAttributes(FileAttribute<?>... attributes) {
        if (attributes.length > 0) {
            throw new UnsupportedOperationException(attributes[0].name());
        }
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        refuseAttributes(attributes);
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        OpenMode mode = OpenMode.of(options);
        synchronized (disk) {
            return new SimulatedChannel(disk, opened(disk, at, mode), mode);
        }
    }

    private static DiskNode opened(SimulatedDisk disk, SimulatedPath path, OpenMode mode)
            throws IOException {
        DiskNode node = disk.find(path);
        if (node == null && !mode.create()) {
            disk.require(path);
        }
        if (mode.write()) {
            disk.requireWritable(path);
        }
        if (node == null) {
            DiskDirectory parent = disk.parent(path);
            disk.wholeStep(true, path);
            DiskFile created = new DiskFile();
            parent.add(nameOf(path), created);
            return created;
        }
        if (mode.createNew()) {
            throw new FileAlreadyExistsException(path.toString());
        }
        if (mode.write() && node instanceof DiskDirectory) {
            throw new FileSystemException(path.toString(), null, "Is a directory");
        }
        if (mode.truncate() && node instanceof DiskFile file && file.size() > 0) {
            disk.wholeStep(false, path);
            file.truncate(0);
        }
        disk.requirePower();
        return node;
    }

    private static String nameOf(SimulatedPath path) {
        return path.real().getFileName().toString();
    }

    /** In no useful order, as directories of the operating system are. */
    @Override
    public DirectoryStream<Path> newDirectoryStream(
            Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        List<Path> entries = new ArrayList<>();
        synchronized (disk) {
            if (!(disk.require(at) instanceof DiskDirectory directory)) {
                throw new NotDirectoryException(path.toString());
            }
            disk.countRead(path);
            directory.names().keySet().forEach(name -> entries.add(path.resolve(name)));
        }
        entries.sort(Comparator.comparingInt(entry -> entry.toString().hashCode() * 0x9E3779B9));
        List<Path> accepted = new ArrayList<>();
        for (Path entry : entries) {
            if (filter.accept(entry)) {
                accepted.add(entry);
            }
        }
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return accepted.iterator();
            }

            @Override
            public void close() {
                // the entries are a copy
            }
        };
    }

    @Override
    public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
        refuseAttributes(attributes);
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        synchronized (disk) {
            if (disk.find(at) != null) {
                throw new FileAlreadyExistsException(path.toString());
            }
            DiskDirectory parent = disk.parent(at);
            disk.requireWritable(path);
            disk.wholeStep(true, path);
            parent.add(nameOf(at), new DiskDirectory());
        }
    }

    private static void requireEmpty(DiskNode node, Path path) throws IOException {
        if (node instanceof DiskDirectory directory && !directory.names().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        synchronized (disk) {
            DiskNode node = disk.require(at);
            disk.requireWritable(path);
            requireEmpty(node, path);
            disk.wholeStep(false, path);
            disk.parent(at).remove(nameOf(at));
        }
    }

    /** Within one directory; a move that is not atomic is done as one that is. */
    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        SimulatedPath from = SimulatedPath.of(source);
        SimulatedPath to = SimulatedPath.of(target);
        SimulatedDisk disk = from.disk();
        synchronized (disk) {
            List<CopyOption> asked = List.of(options);
            boolean atomic = asked.contains(StandardCopyOption.ATOMIC_MOVE);
            if (atomic && disk.find(from) == null) {
                throw new NoSuchFileException(source.toString(), target.toString(), null);
            }
            DiskNode node = disk.require(from);
            DiskNode replaced = to.disk() == disk ? disk.find(to) : null;
            if (node == replaced) {
                return;
            }
            boolean replaces = atomic || asked.contains(StandardCopyOption.REPLACE_EXISTING);
            if (replaced != null && !replaces) {
                throw new FileAlreadyExistsException(target.toString());
            }
            if (to.disk() != disk || disk.parent(from) != disk.parent(to)) {
                throw new AtomicMoveNotSupportedException(
                        source.toString(), target.toString(), "between directories");
            }
            disk.requireWritable(source);
            requireEmpty(replaced, target);
            disk.wholeStep(false, source);
            disk.parent(from).rename(nameOf(from), nameOf(to));
        }
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        boolean replaces = List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
        StandardOpenOption creation =
                replaces ? StandardOpenOption.CREATE : StandardOpenOption.CREATE_NEW;
        Files.write(
                target,
                Files.readAllBytes(source),
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                creation);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        if (one.equals(other)) {
            return true;
        }
        return other instanceof SimulatedPath
                && one.getFileSystem() == other.getFileSystem()
                && one.toRealPath().equals(other.toRealPath());
    }

    @Override
    public boolean isHidden(Path path) {
        return nameOf(SimulatedPath.of(path)).startsWith(".");
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        synchronized (disk) {
            disk.require(at);
        }
        return new SimulatedStore(disk);
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        synchronized (disk) {
            disk.require(at);
            if (List.of(modes).contains(AccessMode.WRITE)) {
                disk.requireWritable(path);
            }
        }
    }

    private record Attributes(DiskNode node, long size) implements BasicFileAttributes {
        private static final FileTime NO_TIME = FileTime.fromMillis(0);

        @Override
        public FileTime lastModifiedTime() {
            return NO_TIME;
        }

        @Override
        public FileTime lastAccessTime() {
            return NO_TIME;
        }

        @Override
        public FileTime creationTime() {
            return NO_TIME;
        }

        @Override
        public boolean isRegularFile() {
            return node instanceof DiskFile;
        }

        @Override
        public boolean isDirectory() {
            return node instanceof DiskDirectory;
        }

        @Override
        public boolean isSymbolicLink() {
            return false;
        }

        @Override
        public boolean isOther() {
            return false;
        }

        @Override
        public Object fileKey() {
            return node;
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        SimulatedPath at = SimulatedPath.of(path);
        SimulatedDisk disk = at.disk();
        synchronized (disk) {
            DiskNode node = disk.require(at);
            return new Attributes(node, node instanceof DiskFile file ? file.size() : 0);
        }
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
            Path path, Class<A> type, LinkOption... options) throws IOException {
        if (type != BasicFileAttributes.class) {
            throw new UnsupportedOperationException(type.getName());
        }
        return type.cast(attributes(path));
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        if (type != BasicFileAttributeView.class) {
            return null;
        }
        return type.cast(
                new BasicFileAttributeView() {
                    @Override
                    public String name() {
                        return "basic";
                    }

                    @Override
                    public BasicFileAttributes readAttributes() throws IOException {
                        return attributes(path);
                    }

                    @Override
                    public void setTimes(FileTime modified, FileTime accessed, FileTime created) {
                        // this disk has no clock
                    }
                });
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
        throw new UnsupportedOperationException("attributes by name: " + names);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options) {
        throw new UnsupportedOperationException("attributes by name: " + name);
    }
}
