package org.pdtoolkit.storage.h2;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.LogRecord;

/** What a log entry is beside its index: term, kind, length, data. */
final class EntryType extends BasicDataType<EntryType.Entry> {
    static final EntryType INSTANCE = new EntryType();

    /** A value of the map whose key is the index. */
    record Entry(long term, int kind, Bytes data) {
        static Entry of(LogRecord entry) {
            return new Entry(entry.term(), entry.kind(), entry.data());
        }

        LogRecord at(long index) {
            return new LogRecord(term, index, kind, data);
        }
    }

    /** Three objects beside the data. */
    private static final int OVERHEAD = 80;

    private EntryType() {}

    @Override
    public int getMemory(Entry entry) {
        return entry.data().size() + OVERHEAD;
    }

    /** Sizes differ too much between one value and the next. */
    @Override
    public boolean isMemoryEstimationAllowed() {
        return false;
    }

    @Override
    public void write(WriteBuffer target, Entry entry) {
        target.putVarLong(entry.term()).put((byte) entry.kind());
        target.putVarInt(entry.data().size()).put(entry.data().asByteBuffer());
    }

    @Override
    public Entry read(ByteBuffer source) {
        long term = DataUtils.readVarLong(source);
        int kind = source.get() & 0xff;
        byte[] data = new byte[DataUtils.readVarInt(source)];
        source.get(data);
        return new Entry(term, kind, Bytes.wrap(data));
    }

    @Override
    public Entry[] createStorage(int size) {
        return new Entry[size];
    }
}
