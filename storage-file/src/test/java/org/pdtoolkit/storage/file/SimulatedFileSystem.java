package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.pdtoolkit.storage.tck.SimulatedDisk;

/** This backend's file operations on the kit's disk. */
final class SimulatedFileSystem implements FileSystemOps {
    private final SimulatedDisk disk;

    SimulatedFileSystem(SimulatedDisk disk) {
        this.disk = disk;
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private static <T> T sorted(Call<T> call) throws IOException {
        try {
            return call.run();
        } catch (SimulatedDisk.NoSpace e) {
            throw new NoSpaceException(e);
        }
    }

    @Override
    public void createDirectories(Path directory) {
        disk.createDirectories(directory);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public Handle create(Path file) throws IOException {
        return new SimulatedHandle(sorted(() -> disk.create(file)));
    }

    @Override
    public Handle open(Path file) throws IOException {
        return new SimulatedHandle(disk.open(file));
    }

    @Override
    public Handle openForRead(Path file) throws IOException {
        return open(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        disk.syncDirectory(directory);
    }

    @Override
    public Lock tryLock(Path file) {
        return disk.lock(file) ? () -> disk.unlock(file) : null;
    }

    @Override
    public String lockHolder(Path file) {
        return "";
    }

    private static final class SimulatedHandle implements Handle {
        private final SimulatedDisk.OpenFile file;

        SimulatedHandle(SimulatedDisk.OpenFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            sorted(
                    () -> {
                        file.write(source, position);
                        return null;
                    });
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() {
            // the disk keeps no count of open files
        }
    }
}
