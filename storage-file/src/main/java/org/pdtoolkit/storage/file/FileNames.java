package org.pdtoolkit.storage.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Names of numbered files: fixed width hex, so that their order is that of the numbers. */
final class FileNames {
    private static final String TEMPORARY = ".tmp";

    private FileNames() {}

    static String name(long number, int digits) {
        String hex = Long.toHexString(number);
        return "0".repeat(digits - hex.length()) + hex;
    }

    /** The name a file has until it is complete. */
    static Path temporary(Path path) {
        return path.resolveSibling(path.getFileName() + TEMPORARY);
    }

    /** Removes what a crash left half made. */
    static void deleteLeftovers(FileSystemOps fs, Path directory) throws IOException {
        for (String name : fs.list(directory)) {
            if (name.endsWith(TEMPORARY)) {
                fs.delete(directory.resolve(name));
            }
        }
    }

    /** Numbers of the files with the suffix, ascending; other files are left alone. */
    static List<Long> numbers(FileSystemOps fs, Path directory, String suffix, int digits)
            throws IOException {
        return fs.list(directory).stream()
                .filter(name -> name.length() == digits + suffix.length())
                .filter(name -> name.endsWith(suffix))
                .map(name -> name.substring(0, digits))
                .filter(hex -> hex.matches("[0-9a-f]+"))
                .map(hex -> Long.parseUnsignedLong(hex, 16))
                .sorted(Long::compareUnsigned)
                .toList();
    }
}
