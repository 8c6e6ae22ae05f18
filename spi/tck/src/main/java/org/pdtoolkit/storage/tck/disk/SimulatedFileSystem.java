package org.pdtoolkit.storage.tck.disk;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** The names of one disk. Thread: safe. */
final class SimulatedFileSystem extends FileSystem {
    private static final AtomicLong LAST_ID = new AtomicLong();

    private final long id = LAST_ID.incrementAndGet();
    private final SimulatedDisk disk;

    SimulatedFileSystem(SimulatedDisk disk) {
        this.disk = disk;
    }

    SimulatedDisk disk() {
        return disk;
    }

    /** Differs from every other disk of this process. */
    long id() {
        return id;
    }

    @Override
    public FileSystemProvider provider() {
        return SimulatedProvider.INSTANCE;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("a simulated disk stays open");
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return new SimulatedStore(disk()).isReadOnly();
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of(new SimulatedStore(disk()));
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic");
    }

    @Override
    public SimulatedPath getPath(String first, String... more) {
        List<String> names = new ArrayList<>();
        StringBuilder text = new StringBuilder(first);
        for (String part : more) {
            text.append(text.isEmpty() ? "" : "/").append(part);
        }
        for (String name : text.toString().split("/")) {
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return new SimulatedPath(this, text.indexOf("/") == 0, names);
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        PathMatcher byText = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
        return path -> byText.matches(Path.of(path.toString()));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException("no users");
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException("no watching");
    }
}
