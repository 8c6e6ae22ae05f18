package org.pdtoolkit.storage.tck.disk;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A name on one disk, in the form of Unix; equal to another only on the same disk. */
final class SimulatedPath implements Path {
    private final SimulatedFileSystem fileSystem;
    private final boolean absolute;
    private final List<String> names;

    SimulatedPath(SimulatedFileSystem fileSystem, boolean absolute, List<String> names) {
        this.fileSystem = fileSystem;
        this.absolute = absolute;
        this.names = List.copyOf(names);
    }

    static SimulatedPath of(Path path) {
        if (path instanceof SimulatedPath simulated) {
            return simulated;
        }
        throw new ProviderMismatchException(path + " is not on a simulated disk");
    }

    private SimulatedPath with(boolean isAbsolute, List<String> newNames) {
        return new SimulatedPath(fileSystem, isAbsolute, newNames);
    }

    List<String> names() {
        return names;
    }

    SimulatedDisk disk() {
        return fileSystem.disk();
    }

    /** From the root, without dots. */
    SimulatedPath real() {
        return toAbsolutePath().normalize();
    }

    @Override
    public SimulatedFileSystem getFileSystem() {
        return fileSystem;
    }

    @Override
    public boolean isAbsolute() {
        return absolute;
    }

    @Override
    public SimulatedPath getRoot() {
        return absolute ? with(true, List.of()) : null;
    }

    @Override
    public SimulatedPath getFileName() {
        if (names.isEmpty()) {
            return absolute ? null : this;
        }
        return with(false, names.subList(names.size() - 1, names.size()));
    }

    @Override
    public SimulatedPath getParent() {
        if (names.isEmpty() || !absolute && names.size() == 1) {
            return null;
        }
        return with(absolute, names.subList(0, names.size() - 1));
    }

    @Override
    public int getNameCount() {
        return names.isEmpty() && !absolute ? 1 : names.size();
    }

    @Override
    public SimulatedPath getName(int index) {
        return subpath(index, index + 1);
    }

    @Override
    public SimulatedPath subpath(int from, int until) {
        if (from < 0 || from >= until || until > getNameCount()) {
            throw new IllegalArgumentException("names [" + from + ", " + until + ") of " + this);
        }
        return names.isEmpty() ? this : with(false, names.subList(from, until));
    }

    private boolean onTheSameDisk(Path other) {
        return other instanceof SimulatedPath path && path.fileSystem == fileSystem;
    }

    @Override
    public boolean startsWith(Path other) {
        if (!onTheSameDisk(other) || other.isAbsolute() != absolute) {
            return false;
        }
        List<String> start = of(other).names;
        if (start.isEmpty() && !absolute) {
            return names.isEmpty();
        }
        return start.size() <= names.size() && names.subList(0, start.size()).equals(start);
    }

    @Override
    public boolean endsWith(Path other) {
        if (!onTheSameDisk(other)) {
            return false;
        }
        if (other.isAbsolute()) {
            return equals(other);
        }
        List<String> end = of(other).names;
        int rest = names.size() - end.size();
        if (end.isEmpty()) {
            return names.isEmpty() && !absolute;
        }
        return rest >= 0 && names.subList(rest, names.size()).equals(end);
    }

    @Override
    public SimulatedPath normalize() {
        List<String> kept = new ArrayList<>();
        for (String name : names) {
            boolean canGoUp = !kept.isEmpty() && !kept.get(kept.size() - 1).equals("..");
            if (name.equals("..") && canGoUp) {
                kept.remove(kept.size() - 1);
            } else if (!name.equals(".") && !(name.equals("..") && absolute)) {
                kept.add(name);
            }
        }
        return with(absolute, kept);
    }

    @Override
    public SimulatedPath resolve(Path other) {
        SimulatedPath path = of(other);
        if (path.absolute) {
            return path;
        }
        List<String> joined = new ArrayList<>(names);
        joined.addAll(path.names);
        return with(absolute, joined);
    }

    @Override
    public SimulatedPath relativize(Path other) {
        SimulatedPath path = of(other);
        if (path.absolute != absolute) {
            throw new IllegalArgumentException(this + " and " + other + ": one is relative");
        }
        int common = 0;
        while (common < Math.min(names.size(), path.names.size())
                && names.get(common).equals(path.names.get(common))) {
            common++;
        }
        List<String> way = new ArrayList<>(Collections.nCopies(names.size() - common, ".."));
        way.addAll(path.names.subList(common, path.names.size()));
        return with(false, way);
    }

    @Override
    public URI toUri() {
        try {
            String authority = Long.toString(fileSystem.id());
            String path = toAbsolutePath().toString();
            return new URI(SimulatedProvider.SCHEME, authority, path, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("path " + this, e);
        }
    }

    @Override
    public SimulatedPath toAbsolutePath() {
        return absolute ? this : with(true, names);
    }

    @Override
    public SimulatedPath toRealPath(LinkOption... options) throws IOException {
        SimulatedDisk disk = disk();
        synchronized (disk) {
            disk.require(this);
        }
        return real();
    }

    @Override
    public WatchKey register(
            WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
        throw new UnsupportedOperationException("no watching");
    }

    @Override
    public int compareTo(Path other) {
        SimulatedPath path = (SimulatedPath) other;
        int byDisk = Long.compare(fileSystem.id(), path.fileSystem.id());
        return byDisk != 0 ? byDisk : toString().compareTo(path.toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SimulatedPath path
                && path.fileSystem == fileSystem
                && path.absolute == absolute
                && path.names.equals(names);
    }

    @Override
    public int hashCode() {
        return names.hashCode() * 31 + Long.hashCode(fileSystem.id());
    }

    @Override
    public String toString() {
        return (absolute ? "/" : "") + String.join("/", names);
    }
}
