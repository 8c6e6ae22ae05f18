package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/** Counts what passes, and says once a second how far it is. Thread: one. */
final class Progress implements ContentSink {
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final PrintStream err;
    private final String verb;
    private final boolean shown;
    private final long started = System.nanoTime();
    private long nextNanos = started + INTERVAL_NANOS;
    private long entries;
    private long pairs;
    private long snapshots;
    private long bytes;

    /**
     * @param wanted whether to show it where standard error is no terminal, too
     */
    Progress(PrintStream err, String verb, boolean wanted) {
        this.err = err;
        this.verb = verb;
        this.shown = wanted || isTerminal();
    }

    /** Java does not tell about standard error alone; where the kernel does not either, no. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** What has passed, in words. */
    String counts() {
        return String.format(
                Locale.ROOT,
                "%,d log %s, %,d %s, %s, %s",
                entries,
                entries == 1 ? "entry" : "entries",
                pairs,
                pairs == 1 ? "pair" : "pairs",
                snapshots == 0 ? "no snapshot" : "a snapshot",
                Sizes.text(bytes));
    }

    private void passed(long size) {
        bytes += size;
        if (!shown) {
            return;
        }
        long now = System.nanoTime();
        if (now - nextNanos >= 0) {
            nextNanos = now + INTERVAL_NANOS;
            err.println(verb + ": " + counts() + ", " + (now - started) / INTERVAL_NANOS + " s");
        }
    }

    @Override
    public void log(LogHead head) {
        // counted by its entries
    }

    @Override
    public void entry(LogRecord entry) {
        entries++;
        passed(entry.data().size());
    }

    @Override
    public void state(AppliedState applied) {
        // counted by its pairs
    }

    @Override
    public void pair(Space space, Pair pair) {
        pairs++;
        passed((long) pair.key().size() + pair.value().size());
    }

    @Override
    public void snapshot(long index, long term) {
        snapshots++;
    }

    @Override
    public void snapshotBytes(byte[] piece, int length) {
        passed(length);
    }

    @Override
    public void end() {
        // the caller tells the result
    }
}
