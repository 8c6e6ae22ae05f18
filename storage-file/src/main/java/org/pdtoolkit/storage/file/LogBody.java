package org.pdtoolkit.storage.file;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;

/**
 * The bodies of the frames of a log segment, big endian. The first frame of a segment is a state
 * frame, so that the segments before it can be dropped; no other one is.
 *
 * <pre>
 * state    0        4       8      16     24       32           40          48       56
 *          +--------+-------+------+------+--------+------------+-----------+--------+----------+
 *          | 1      | flags | term | vote | commit | base index | base term | last   | metadata |
 *          | u32    | u32   | u64  | u64  | u64    | u64        | u64       | u64    | u32 + .. |
 *          +--------+-------+------+------+--------+------------+-----------+--------+----------+
 *          flags: 1 = the log starts over here; last: index of the last entry before this segment
 *
 * append   0        4       8      16     24       32            40
 *          +--------+-------+------+------+--------+-------------+-----------------------------+
 *          | 2      | count | term | vote | commit | first index | count records, zeros to 8   |
 *          +--------+-------+------+------+--------+-------------+-----------------------------+
 *
 * record   0        4        8        12      20
 *          +--------+--------+--------+-------+------+
 *          | length | crc32c | kind   | term  | data |   crc: salt, index, length, kind, term, data
 *          +--------+--------+--------+-------+------+
 *
 * compact  0        4       8            16          24
 *          +--------+-------+------------+-----------+
 *          | 3      | 0     | base index | base term |
 *          +--------+-------+------------+-----------+
 * </pre>
 */
final class LogBody {
    static final int STATE = 1;
    static final int APPEND = 2;
    static final int COMPACT = 3;

    static final int STATE_BYTES = 60;
    static final int APPEND_BYTES = 40;
    static final int COMPACT_BYTES = 24;
    static final int RECORD_BYTES = 20;

    private static final int FLAG_STARTS_OVER = 1;

    private LogBody() {}

    /** What the first frame of a segment says. */
    record State(
            boolean startsOver,
            HardState hard,
            long baseIndex,
            long baseTerm,
            long last,
            Bytes metadata) {}

    static void putState(ByteBuffer out, State state) {
        out.putInt(STATE).putInt(state.startsOver() ? FLAG_STARTS_OVER : 0);
        putHardState(out, state.hard());
        out.putLong(state.baseIndex()).putLong(state.baseTerm()).putLong(state.last());
        out.putInt(state.metadata().size());
        state.metadata().copyTo(out);
    }

    /** Reads what follows the type. */
    static State getState(ByteBuffer in) {
        boolean startsOver = in.getInt() == FLAG_STARTS_OVER;
        HardState hard = getHardState(in);
        long baseIndex = in.getLong();
        long baseTerm = in.getLong();
        long last = in.getLong();
        return new State(startsOver, hard, baseIndex, baseTerm, last, getBytes(in, in.getInt()));
    }

    static void putHardState(ByteBuffer out, HardState state) {
        out.putLong(state.term()).putLong(state.vote()).putLong(state.commit());
    }

    static HardState getHardState(ByteBuffer in) {
        return new HardState(in.getLong(), in.getLong(), in.getLong());
    }

    static long appendBytes(List<LogRecord> entries) {
        long bytes = APPEND_BYTES;
        for (LogRecord entry : entries) {
            bytes += RECORD_BYTES + entry.data().size();
        }
        return bytes;
    }

    static void putRecord(ByteBuffer out, LogRecord entry, long salt) {
        int at = out.position();
        out.putInt(entry.data().size()).putInt(0).putInt(entry.kind()).putLong(entry.term());
        entry.data().copyTo(out);
        out.putInt(at + 4, recordCrc(out, at, entry.data().size(), entry.index(), salt));
    }

    /** The record at the position of {@code in}, or {@code null} if its checksum is wrong. */
    static LogRecord getRecord(ByteBuffer in, long index, long salt) {
        int at = in.position();
        int length = in.getInt();
        int crc = in.getInt();
        if (length < 0 || length > in.limit() - at - RECORD_BYTES) {
            return null;
        }
        if (crc != recordCrc(in, at, length, index, salt)) {
            return null;
        }
        int kind = in.getInt();
        long term = in.getLong();
        return new LogRecord(term, index, kind, getBytes(in, length));
    }

    private static int recordCrc(ByteBuffer in, int at, int length, long index, long salt) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(20).putLong(salt).putLong(index).putInt(length).flip());
        crc.update(Frame.slice(in, at + 8, RECORD_BYTES - 8 + length));
        return (int) crc.getValue();
    }

    private static Bytes getBytes(ByteBuffer in, int length) {
        byte[] copy = new byte[length];
        in.get(copy);
        return Bytes.wrap(copy);
    }
}
