package org.pdtoolkit.storage.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.pdtoolkit.storage.StorageException;

/**
 * Which backend wrote a data directory, and in which version of its disk format: the file {@code
 * FORMAT}, one line of text.
 *
 * <pre>
 * pd-storage file 2 99654b32
 *            |    | +-- crc32c of everything before it, 8 hex digits
 *            |    +---- version
 *            +--------- backend
 * </pre>
 *
 * It is replaced as a whole (temporary file, force, rename, force of the directory), so a crash
 * never tears it.
 *
 * @param backend name of the provider
 * @param version from 1
 */
public record StorageFormat(String backend, int version) {
    static final String FILE = "FORMAT";

    private static final int BYTES_MAX = 256;
    private static final Pattern LINE =
            Pattern.compile("(pd-storage ([a-z][a-z0-9-]*) ([1-9][0-9]{0,8}) )([0-9a-f]{8})\n");

    /** Errors: {@link IllegalArgumentException} for a name or a version that no line can hold. */
    public StorageFormat {
        if (!backend.matches("[a-z][a-z0-9-]*") || version < 1 || version > 999_999_999) {
            throw new IllegalArgumentException("format " + backend + " " + version);
        }
    }

    /**
     * The format of a directory, empty if it has no {@code FORMAT} file. Neither locks nor changes
     * anything.
     *
     * <p>Errors: {@link StorageException.Corrupt} when the file is not such a line.
     */
    public static Optional<StorageFormat> of(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        String text;
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw corrupt(file, Files.size(file) + " bytes");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Matcher matcher = LINE.matcher(text);
        if (!matcher.matches()) {
            throw corrupt(file, "\"" + printable(text) + "\"");
        }
        if (!crc(matcher.group(1)).equals(matcher.group(4))) {
            throw corrupt(file, "checksum " + matcher.group(4));
        }
        return Optional.of(new StorageFormat(matcher.group(2), Integer.parseInt(matcher.group(3))));
    }

    /** Makes this the format of the directory, durably. */
    public void write(Path directory) throws IOException {
        String text = "pd-storage " + backend + " " + version + " ";
        byte[] line = (text + crc(text) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        DurableFiles.replace(directory.resolve(FILE), line);
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return String.format("%08x", crc.getValue());
    }

    private static String printable(String text) {
        return text.strip().replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static StorageException corrupt(Path file, String found) {
        return Fuse.corrupt(
                file, 0, found, "one line \"pd-storage BACKEND VERSION CHECKSUM\" that fits it");
    }

    @Override
    public String toString() {
        return backend + " version " + version;
    }
}
