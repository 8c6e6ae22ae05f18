package org.pdtoolkit.storage.tck.plain;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.support.Fuse;

/** The log in one file: every change makes a new content, writes it, and only then shows it. */
final class PlainLog implements LogStore {
    private static final String FILE = "log";

    /** {@code metadata} is {@code null} in a new log; {@code garbage} belongs to a flaw. */
    private record Content(
            Bytes metadata,
            HardState hard,
            long baseIndex,
            long baseTerm,
            List<LogRecord> entries,
            int garbage) {
        static final Content NEW = new Content(null, HardState.EMPTY, 0, 0, List.of(), 0);

        long last() {
            return baseIndex + entries.size();
        }

        int at(long index) {
            return Math.toIntExact(index - baseIndex - 1);
        }

        Content with(HardState newHard) {
            return new Content(metadata, newHard, baseIndex, baseTerm, entries, garbage);
        }

        Content with(List<LogRecord> newEntries) {
            return new Content(metadata, hard, baseIndex, baseTerm, newEntries, garbage);
        }

        Content based(long index, long term, List<LogRecord> newEntries) {
            return new Content(metadata, hard, index, term, newEntries, garbage);
        }

        byte[] encode() {
            return PlainFiles.encode(
                    out -> {
                        PlainFiles.put(out, metadata);
                        out.writeLong(hard.term());
                        out.writeLong(hard.vote());
                        out.writeLong(hard.commit());
                        out.writeLong(baseIndex);
                        out.writeLong(baseTerm);
                        out.writeInt(entries.size());
                        for (LogRecord entry : entries) {
                            out.writeLong(entry.term());
                            out.writeLong(entry.index());
                            out.writeInt(entry.kind());
                            PlainFiles.put(out, entry.data());
                        }
                        out.write(new byte[garbage]);
                    });
        }

        static Content decode(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            Bytes metadata = PlainState.bytes(in);
            HardState hard = new HardState(in.getLong(), in.getLong(), in.getLong());
            long baseIndex = in.getLong();
            long baseTerm = in.getLong();
            List<LogRecord> entries = new ArrayList<>();
            for (int i = in.getInt(); i > 0; i--) {
                long term = in.getLong();
                long index = in.getLong();
                entries.add(new LogRecord(term, index, in.getInt(), PlainState.bytes(in)));
            }
            return new Content(metadata, hard, baseIndex, baseTerm, entries, in.remaining());
        }
    }

    private final PlainFiles files;
    private final Fuse fuse;
    private final Flaw flaw;
    private Content now;

    PlainLog(PlainFiles files, Fuse fuse) {
        this.files = files;
        this.fuse = fuse;
        this.flaw = files.flaw();
        byte[] bytes = files.read(FILE);
        now = bytes == null ? Content.NEW : Content.decode(bytes);
    }

    private void change(Content next) {
        if (flaw == Flaw.FULL_LEAVES_HALF_APPLIED) {
            now = next;
        }
        if (flaw == Flaw.HARD_STATE_APART_FROM_ENTRIES) {
            files.write(FILE, next.with(now.hard()).encode());
        }
        files.write(FILE, next.encode());
        now = next;
    }

    private void requireInitialised() {
        fuse.check();
        if (now.metadata() == null) {
            if (flaw == Flaw.WRITES_BEFORE_METADATA) {
                now = new Content(Bytes.EMPTY, HardState.EMPTY, 0, 0, List.of(), 0);
                return;
            }
            throw new IllegalStateException("log is not initialised");
        }
    }

    @Override
    public Optional<Bytes> metadata() {
        fuse.check();
        return Optional.ofNullable(now.metadata());
    }

    @Override
    public void initialize(Bytes metadata) {
        fuse.check();
        if (now.metadata() != null && flaw != Flaw.METADATA_REWRITABLE) {
            throw new IllegalStateException("log is already initialised");
        }
        change(
                new Content(
                        metadata, now.hard(), now.baseIndex(), now.baseTerm(), now.entries(), 0));
    }

    @Override
    public HardState hardState() {
        fuse.check();
        return now.hard();
    }

    @Override
    public long firstIndex() {
        fuse.check();
        return now.baseIndex() + 1;
    }

    @Override
    public long lastIndex() {
        fuse.check();
        return now.last();
    }

    @Override
    public long term(long index) {
        fuse.check();
        if (index == now.baseIndex()) {
            return now.baseTerm();
        }
        return now.entries().get(now.at(index)).term();
    }

    @Override
    public List<LogRecord> read(long from, long until, long bytesMax) {
        fuse.check();
        if (from < firstIndex() || until < from || until > now.last() + 1) {
            throw new IndexOutOfBoundsException("[" + from + ", " + until + ")");
        }
        List<LogRecord> read = new ArrayList<>();
        long bytes = 0;
        for (long i = from; i < until; i++) {
            if (bytes > bytesMax && flaw != Flaw.READ_PAST_THE_LIMIT) {
                break;
            }
            LogRecord entry = now.entries().get(now.at(i));
            read.add(entry);
            bytes += entry.data().size();
        }
        return read;
    }

    @Override
    public void append(HardState state, List<LogRecord> added) {
        requireInitialised();
        if (added.isEmpty()) {
            if (flaw != Flaw.HARD_STATE_ALONE_NOT_WRITTEN) {
                change(now.with(state));
            }
            return;
        }
        requireConsecutive(added);
        int kept = now.at(added.get(0).index());
        List<LogRecord> entries = new ArrayList<>(now.entries().subList(0, kept));
        entries.addAll(added);
        if (flaw == Flaw.OVERLAP_KEEPS_THE_SUFFIX && entries.size() < now.entries().size()) {
            entries.addAll(now.entries().subList(entries.size(), now.entries().size()));
        }
        change(now.with(entries).with(state));
    }

    private void requireConsecutive(List<LogRecord> added) {
        long first = added.get(0).index();
        if (first < firstIndex() || first > now.last() + 1) {
            throw new IllegalArgumentException("first index " + first);
        }
        for (int i = 0; i < added.size(); i++) {
            if (added.get(i).index() != first + i && flaw != Flaw.GAP_ACCEPTED) {
                throw new IllegalArgumentException("index " + added.get(i).index());
            }
        }
    }

    @Override
    public void compact(long index) {
        requireInitialised();
        if (index < now.baseIndex() || index > now.last()) {
            throw new IndexOutOfBoundsException("index " + index);
        }
        long term = flaw == Flaw.COMPACT_FORGETS_THE_BASE_TERM ? 0 : term(index);
        List<LogRecord> left = now.entries().subList(now.at(index + 1), now.entries().size());
        Content next = now.based(index, term, List.copyOf(left));
        if (flaw == Flaw.COMPACT_GIVES_NO_SPACE_BACK) {
            int garbage = now.garbage() + 100 * (int) (index - now.baseIndex());
            next = new Content(now.metadata(), now.hard(), index, term, left, garbage);
        }
        change(next);
    }

    @Override
    public void reset(long index, long term, HardState state) {
        requireInitialised();
        HardState hard = flaw == Flaw.RESET_KEEPS_THE_HARD_STATE ? now.hard() : state;
        change(now.based(index, term, List.of()).with(hard));
    }
}
