package org.pdtoolkit.ctl;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pdtoolkit.ctl.render.Console;

/**
 * The streams of this process. The JDK tells whether input and output are both a terminal, but not
 * which one is, and not whether one is closed; Linux does.
 */
final class ProcessStreams {
    private ProcessStreams() {}

    static Console console() {
        Console.Tty tty = new Console.Tty(isTerminal(0), isTerminal(1), isTerminal(2), columns());
        // With standard input closed the JVM's own files take its number; they are no script.
        InputStream in =
                isOwnFile(target(0))
                        ? InputStream.nullInputStream()
                        : new FileInputStream(FileDescriptor.in);
        // System.out encodes by locale and swallows errors; these streams do neither.
        return new Console(
                in,
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 8192),
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.err), 1024),
                System.getenv(),
                tty);
    }

    /** A launcher may say it instead: {@code -Dpdctl.tty=12} for descriptors 1 and 2. */
    private static boolean isTerminal(int descriptor) {
        String told = System.getProperty("pdctl.tty");
        if (told != null) {
            return told.indexOf('0' + descriptor) >= 0;
        }
        String target = target(descriptor);
        if (target.isEmpty()) {
            return System.console() != null;
        }
        return target.startsWith("/dev/pts/")
                || target.startsWith("/dev/tty")
                || target.equals("/dev/console");
    }

    /** What a descriptor is open on; empty where the system does not tell. */
    private static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    private static boolean isOwnFile(String target) {
        return target.endsWith(".jar")
                || target.endsWith(".jsa")
                || target.endsWith("/lib/modules");
    }

    /** Width of the terminal if somebody told it; asking the terminal would take a process. */
    private static int columns() {
        String text = System.getProperty("pdctl.columns", System.getenv("COLUMNS"));
        try {
            return text == null ? 0 : Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
