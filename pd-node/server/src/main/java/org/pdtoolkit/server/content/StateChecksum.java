package org.pdtoolkit.server.content;

import java.util.zip.CRC32C;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/** CRC-32C over replicated pairs in their order, each space led by its number. Thread: one. */
public final class StateChecksum {
    private final CRC32C crc = new CRC32C();
    private Space current;

    public void add(Space space, Pair pair) {
        if (space != current) {
            current = space;
            crc.update(space.id());
        }
        crc.update(pair.key().asByteBuffer());
        crc.update(pair.value().asByteBuffer());
    }

    public int value() {
        return (int) crc.getValue();
    }
}
