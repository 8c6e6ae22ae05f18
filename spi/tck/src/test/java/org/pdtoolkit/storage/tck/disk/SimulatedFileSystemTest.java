package org.pdtoolkit.storage.tck.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same little programs on a simulated disk and on a real directory see the same. */
class SimulatedFileSystemTest {
    @TempDir Path temporary;

    private interface Call {
        Object run() throws Exception;
    }

    /** What a program saw, with the name of its directory left out. */
    private static final class Notes {
        private final List<String> lines = new ArrayList<>();
        private final String home;

        Notes(Path home) {
            this.home = home.toString();
        }

        void see(String what, Call call) {
            String seen;
            try {
                seen = String.valueOf(call.run());
            } catch (IOException e) {
                seen = e.getClass().getName() + ": " + e.getMessage();
            } catch (Exception wrongUse) {
                seen = wrongUse.getClass().getName();
            }
            lines.add(what + " -> " + seen.replace(home, "HOME"));
        }
    }

    private interface Program {
        void run(Path home, Notes notes) throws IOException;
    }

    /** Each is run on both. */
    enum Scenario {
        NAMES(SimulatedFileSystemTest::names),
        PATHS(SimulatedFileSystemTest::paths),
        RENAMES(SimulatedFileSystemTest::renames),
        OPEN_MODES(SimulatedFileSystemTest::openModes),
        READS(SimulatedFileSystemTest::reads),
        WRITES(SimulatedFileSystemTest::writes),
        SIZES(SimulatedFileSystemTest::sizes),
        ARRAYS_AND_TRANSFERS(SimulatedFileSystemTest::arraysAndTransfers),
        LOCKS(SimulatedFileSystemTest::locks),
        CLOSED_CHANNELS(SimulatedFileSystemTest::closedChannels),
        INTERRUPTS(SimulatedFileSystemTest::interrupts),
        DIRECTORY_CHANNELS(SimulatedFileSystemTest::directoryChannels),
        OPEN_FILES_OUTLIVE_THEIR_NAMES(SimulatedFileSystemTest::openFilesOutliveTheirNames);

        private final Program program;

        Scenario(Program program) {
            this.program = program;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theSameIsSeenAsOnTheRealFileSystem(Scenario scenario) throws IOException {
        Path real = Files.createDirectory(temporary.toRealPath().resolve("home"));
        SimulatedDisk disk = new SimulatedDisk();
        Path simulated = Files.createDirectory(disk.path("/home"));
        Notes expected = new Notes(real);
        scenario.program.run(real, expected);
        Notes seen = new Notes(simulated);
        scenario.program.run(simulated, seen);
        assertEquals(String.join("\n", expected.lines), String.join("\n", seen.lines));
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String all(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
        channel.read(bytes, 0);
        return new String(bytes.array(), UTF_8).replace('\0', '0');
    }

    private static List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static void names(Path home, Notes notes) throws IOException {
        Path file = home.resolve("file");
        Path deep = home.resolve("a/b/c");
        notes.see("no parent", () -> Files.createDirectory(deep));
        notes.see("all parents", () -> Files.createDirectories(deep).getFileName());
        notes.see("again", () -> Files.createDirectories(deep).getFileName());
        notes.see("exists", () -> Files.createDirectory(deep));
        notes.see("no file", () -> Files.size(file));
        notes.see("write", () -> Files.writeString(file, "text").getFileName());
        notes.see("file in the way", () -> Files.createDirectory(file));
        notes.see("below a file", () -> Files.writeString(file.resolve("x"), "text"));
        notes.see("size", () -> Files.size(file));
        notes.see("read", () -> Files.readString(file));
        notes.see("list", () -> list(home));
        notes.see("list nothing", () -> list(home.resolve("nothing")));
        notes.see("list a file", () -> list(file));
        notes.see("exists", () -> Files.exists(file) + " " + Files.exists(home.resolve("no")));
        notes.see("kinds", () -> Files.isDirectory(file) + " " + Files.isDirectory(deep));
        notes.see("regular", () -> Files.isRegularFile(file) + " " + Files.isRegularFile(deep));
        notes.see("access", () -> Files.isReadable(file) + " " + Files.isWritable(file));
        notes.see("delete full", () -> gone(home.resolve("a")));
        notes.see("delete", () -> gone(deep));
        notes.see("delete again", () -> gone(deep));
        notes.see("delete if there", () -> Files.deleteIfExists(deep));
        notes.see("copy", () -> Files.copy(file, home.resolve("copy")).getFileName());
        notes.see("copy again", () -> Files.copy(file, home.resolve("copy")));
        try (Stream<Path> tree = Files.walk(home)) {
            notes.see("walk", () -> tree.sorted().map(Path::toString).toList());
        }
        try (DirectoryStream<Path> some = Files.newDirectoryStream(home, "c*")) {
            notes.see("some", () -> some.iterator().next());
        }
        notes.see("same", () -> Files.isSameFile(file, home.resolve("a/../file")));
        notes.see("real", () -> home.resolve("a/./b/../../file").toRealPath());
        notes.see("real of nothing", () -> home.resolve("no").toRealPath());
    }

    private static Object gone(Path path) throws IOException {
        Files.delete(path);
        return "gone";
    }

    private static void paths(Path home, Notes notes) {
        List<String> texts = List.of("", "a", "a/b", "/a", "/", "../a/./c", "..", "/..//a/../b/");
        List<Path> paths = new ArrayList<>();
        texts.forEach(text -> paths.add(home.getFileSystem().getPath(text)));
        for (Path path : paths) {
            notes.see("parts of " + path, () -> parts(path));
            notes.see("normal", path::normalize);
            notes.see("sibling", () -> path.resolveSibling("s"));
            notes.see("iterated", () -> List.copyOf(iterated(path)));
            for (Path other : paths) {
                String both = path + ", " + other + ": ";
                notes.see(both + "resolve", () -> path.resolve(other));
                notes.see(both + "starts", () -> path.startsWith(other));
                notes.see(both + "ends", () -> path.endsWith(other));
                notes.see(both + "order", () -> Integer.signum(path.compareTo(other)));
                notes.see(both + "equal", () -> path.equals(other));
                boolean up = path.toString().contains("..") || other.toString().contains("..");
                if (path.isAbsolute() == other.isAbsolute() && !up) {
                    notes.see(both + "relative", () -> path.relativize(other));
                }
            }
        }
        notes.see("a name too many", () -> paths.get(2).getName(2).getFileName());
    }

    private static List<Path> iterated(Path path) {
        List<Path> parts = new ArrayList<>();
        path.forEach(parts::add);
        return parts;
    }

    private static String parts(Path path) {
        return path.getRoot()
                + " "
                + path.getParent()
                + " "
                + path.getFileName()
                + " "
                + path.getNameCount();
    }

    private static void renames(Path home, Notes notes) throws IOException {
        Path a = Files.writeString(home.resolve("a"), "of a");
        Path b = Files.writeString(home.resolve("b"), "of b");
        Path c = home.resolve("c");
        notes.see("onto another", () -> Files.move(a, b));
        notes.see("replacing", () -> Files.move(a, b, StandardCopyOption.REPLACE_EXISTING));
        notes.see("content", () -> Files.readString(b));
        notes.see("atomic", () -> Files.move(b, c, StandardCopyOption.ATOMIC_MOVE));
        notes.see("nothing", () -> Files.move(b, c, StandardCopyOption.ATOMIC_MOVE));
        notes.see("itself", () -> Files.move(c, c));
        Files.createDirectories(home.resolve("d/e"));
        notes.see("directory", () -> Files.move(home.resolve("d"), home.resolve("f")));
        notes.see("moved with it", () -> list(home.resolve("f")));
        notes.see("left", () -> list(home));
    }

    private static void openModes(Path home, Notes notes) throws IOException {
        Path file = home.resolve("file");
        notes.see("read nothing", () -> FileChannel.open(file, READ));
        notes.see("write nothing", () -> FileChannel.open(file, WRITE));
        notes.see("create to read", () -> FileChannel.open(file, READ, CREATE));
        notes.see("contradiction", () -> FileChannel.open(file, APPEND, READ));
        notes.see("contradiction", () -> FileChannel.open(file, APPEND, TRUNCATE_EXISTING));
        try (FileChannel channel = FileChannel.open(file, WRITE, CREATE_NEW)) {
            notes.see("write", () -> channel.write(text("0123456789")));
            notes.see("read a writer", () -> channel.read(ByteBuffer.allocate(1)));
            notes.see("read a writer at", () -> channel.read(ByteBuffer.allocate(1), 0));
        }
        notes.see("new again", () -> FileChannel.open(file, WRITE, CREATE_NEW));
        try (FileChannel channel = FileChannel.open(file, READ, TRUNCATE_EXISTING)) {
            notes.see("write a reader", () -> channel.write(text("x")));
            notes.see("write a reader at", () -> channel.write(text("x"), 0));
            notes.see("cut a reader", () -> channel.truncate(0));
            notes.see("kept", () -> all(channel));
        }
        try (FileChannel channel = FileChannel.open(file, APPEND)) {
            notes.see("append starts", channel::position);
            notes.see("append", () -> channel.position(3).write(text("ab")));
            notes.see("append moved", channel::position);
        }
        notes.see("appended", () -> Files.readString(file));
        try (FileChannel channel = FileChannel.open(file, WRITE, TRUNCATE_EXISTING, SYNC)) {
            notes.see("emptied", channel::size);
            notes.see("synced", () -> channel.write(text("s")));
        }
        try (var out = Files.newOutputStream(file)) {
            out.write(65);
            out.write("stream".getBytes(UTF_8));
        }
        try (var in = Files.newInputStream(file)) {
            notes.see("stream", () -> new String(in.readAllBytes(), UTF_8));
        }
    }

    private static void reads(Path home, Notes notes) throws IOException {
        Path file = Files.writeString(home.resolve("file"), "0123456789");
        try (FileChannel channel = FileChannel.open(file, READ)) {
            ByteBuffer six = ByteBuffer.allocate(6);
            notes.see("six", () -> channel.read(six) + " " + channel.position());
            notes.see("rest", () -> channel.read(six.clear()) + " " + six);
            notes.see("end", () -> channel.read(six.clear()));
            notes.see("end, no room", () -> channel.read(ByteBuffer.allocate(0)));
            notes.see("at 8", () -> channel.read(six.clear(), 8) + " " + channel.position());
            notes.see("at the end", () -> channel.read(six.clear(), 10));
            notes.see("far behind", () -> channel.read(six.clear(), 1L << 40));
            notes.see("before", () -> channel.read(six.clear(), -1));
            notes.see("move behind", () -> channel.position(50).position());
            notes.see("read there", () -> channel.read(six.clear()));
            notes.see("move before", () -> channel.position(-1));
            notes.see("read only", () -> channel.read(six.clear().asReadOnlyBuffer(), 0));
        }
    }

    private static void writes(Path home, Notes notes) throws IOException {
        Path file = home.resolve("file");
        try (FileChannel channel = FileChannel.open(file, READ, WRITE, CREATE)) {
            notes.see("nothing", () -> channel.write(text("")));
            notes.see("five", () -> channel.write(text("01234")) + " " + channel.position());
            notes.see("over", () -> channel.write(text("ab"), 4) + " " + channel.position());
            notes.see("hole", () -> channel.write(text("end"), 10) + " " + all(channel));
            notes.see("move on", () -> channel.position(16).size());
            notes.see("relative hole", () -> channel.write(text("x")) + " " + all(channel));
            notes.see("before", () -> channel.write(text("x"), -1));
            ByteBuffer part = text("abcdef").position(2).limit(4);
            notes.see("part", () -> channel.write(part, 0) + " " + part + " " + all(channel));
        }
    }

    private static void sizes(Path home, Notes notes) throws IOException {
        Path file = Files.writeString(home.resolve("file"), "0123456789");
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            channel.position(9);
            notes.see("larger", () -> channel.truncate(20).size() + " " + channel.position());
            notes.see("equal", () -> channel.truncate(10).size() + " " + channel.position());
            notes.see("smaller", () -> channel.truncate(4).size() + " " + channel.position());
            notes.see("negative", () -> channel.truncate(-1));
            channel.position(30);
            notes.see("position falls", () -> channel.truncate(20).position());
            notes.see("grown again", () -> channel.write(text("x"), 6) + " " + all(channel));
            channel.force(true);
            notes.see("nothing", () -> channel.truncate(0).size() + " " + Files.size(file));
        }
    }

    private static void arraysAndTransfers(Path home, Notes notes) throws IOException {
        Path file = home.resolve("file");
        Path other = home.resolve("other");
        try (FileChannel channel = FileChannel.open(file, READ, WRITE, CREATE);
                FileChannel target = FileChannel.open(other, READ, WRITE, CREATE)) {
            ByteBuffer[] parts = {text("ab"), text(""), text("cdef")};
            notes.see("gather", () -> channel.write(parts) + " " + channel.position());
            ByteBuffer[] into = {ByteBuffer.allocate(3), ByteBuffer.allocate(9)};
            notes.see("scatter", () -> channel.position(1).read(into) + " " + into[1]);
            notes.see("to the end", () -> channel.read(into));
            notes.see("to", () -> channel.transferTo(2, 3, target) + " " + all(target));
            notes.see("to, behind", () -> channel.transferTo(20, 3, target));
            notes.see("from", () -> target.transferFrom(channel.position(0), 1, 9));
            notes.see("from, into a hole", () -> target.transferFrom(channel, 99, 9));
            notes.see("both", () -> all(channel) + " " + all(target));
            var bytes = new ByteArrayInputStream("stream".getBytes(UTF_8));
            notes.see("copied", () -> target.transferFrom(Channels.newChannel(bytes), 0, 4));
            notes.see("result", () -> all(target));
        }
    }

    private static void locks(Path home, Notes notes) throws IOException {
        Path file = Files.writeString(home.resolve("file"), "0123456789");
        FileChannel two = FileChannel.open(file, READ, WRITE);
        try (FileChannel one = FileChannel.open(file, READ, WRITE);
                FileChannel reader = FileChannel.open(file, READ)) {
            FileLock lock = one.tryLock();
            notes.see("held", () -> lock.isValid() + " " + lock.isShared() + " " + lock.size());
            notes.see("by another", two::tryLock);
            notes.see("by itself", () -> one.tryLock(3, 1, false));
            lock.release();
            lock.release();
            notes.see("released", lock::isValid);
            FileLock half = two.lock(0, 5, false);
            notes.see("other half", () -> one.tryLock(5, 5, false).isValid());
            notes.see("same half", () -> one.tryLock(4, 5, false));
            notes.see("alone with a reader", reader::tryLock);
            notes.see("shared", () -> reader.tryLock(20, 1, true).isShared());
            two.close();
            notes.see("closed", half::isValid);
            notes.see("free again", () -> one.tryLock(0, 5, false).isValid());
        }
    }

    private static void closedChannels(Path home, Notes notes) throws IOException {
        Path file = Files.writeString(home.resolve("file"), "0123456789");
        FileChannel channel = FileChannel.open(file, READ, WRITE);
        FileLock lock = channel.lock();
        channel.close();
        channel.close();
        notes.see("open", channel::isOpen);
        notes.see("read", () -> channel.read(ByteBuffer.allocate(1)));
        notes.see("read at", () -> channel.read(ByteBuffer.allocate(1), 0));
        notes.see("write", () -> channel.write(text("x")));
        notes.see("write at", () -> channel.write(text("x"), 0));
        notes.see("size", channel::size);
        notes.see("position", channel::position);
        notes.see("move", () -> channel.position(1));
        notes.see("cut", () -> channel.truncate(1));
        notes.see("lock", channel::tryLock);
        notes.see("release", () -> released(lock));
        notes.see(
                "force",
                () -> {
                    channel.force(true);
                    return "forced";
                });
    }

    private static Object released(FileLock lock) throws IOException {
        lock.release();
        return "released";
    }

    private static void interrupts(Path home, Notes notes) throws IOException {
        Path file = Files.writeString(home.resolve("file"), "0123456789");
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            Thread.currentThread().interrupt();
            notes.see("write", () -> channel.write(text("x"), 0));
            notes.see("flag", Thread::interrupted);
            notes.see("open", channel::isOpen);
            notes.see("file", () -> Files.readString(file));
        }
    }

    private static void directoryChannels(Path home, Notes notes) throws IOException {
        notes.see("to write", () -> FileChannel.open(home, WRITE));
        try (FileChannel channel = FileChannel.open(home, READ)) {
            channel.force(true);
            notes.see("read", () -> channel.read(ByteBuffer.allocate(1)));
        }
    }

    private static void openFilesOutliveTheirNames(Path home, Notes notes) throws IOException {
        Path file = Files.writeString(home.resolve("file"), "old");
        try (FileChannel old = FileChannel.open(file, READ, WRITE)) {
            Files.delete(file);
            notes.see("write the deleted", () -> old.write(text("!"), 3) + " " + all(old));
            Files.writeString(file, "new");
            notes.see("two files", () -> all(old) + " " + Files.readString(file));
            Files.writeString(home.resolve("newest"), "newest");
            Files.move(home.resolve("newest"), file, StandardCopyOption.REPLACE_EXISTING);
            notes.see("replaced", () -> Files.readString(file));
        }
        notes.see("names", () -> new TreeSet<>(list(home)));
    }
}
