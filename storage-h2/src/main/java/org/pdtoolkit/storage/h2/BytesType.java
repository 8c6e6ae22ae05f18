package org.pdtoolkit.storage.h2;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.pdtoolkit.bytes.Bytes;

/** {@link Bytes} as a key or value of a map: length, then the bytes; ordered unsigned. */
final class BytesType extends BasicDataType<Bytes> {
    static final BytesType INSTANCE = new BytesType();

    /** Two objects beside the bytes. */
    private static final int OVERHEAD = 48;

    private BytesType() {}

    @Override
    public int compare(Bytes a, Bytes b) {
        return a.compareTo(b);
    }

    @Override
    public int getMemory(Bytes bytes) {
        return bytes.size() + OVERHEAD;
    }

    /** Sizes differ too much between one value and the next. */
    @Override
    public boolean isMemoryEstimationAllowed() {
        return false;
    }

    @Override
    public void write(WriteBuffer target, Bytes bytes) {
        target.putVarInt(bytes.size()).put(bytes.asByteBuffer());
    }

    @Override
    public Bytes read(ByteBuffer source) {
        byte[] array = new byte[DataUtils.readVarInt(source)];
        source.get(array);
        return Bytes.wrap(array);
    }

    @Override
    public Bytes[] createStorage(int size) {
        return new Bytes[size];
    }
}
