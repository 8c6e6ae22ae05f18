package org.pdtoolkit.server.offline;

import java.util.zip.CRC32C;
import org.pdtoolkit.storage.OrderedStore.Pair;

/** Counts the pairs of a space, with a sum that does not depend on their order. */
final class Tally {
    private long pairs;
    private long keyBytes;
    private long valueBytes;
    private long sum;

    void add(Pair pair) {
        pairs++;
        keyBytes += pair.key().size();
        valueBytes += pair.value().size();
        CRC32C crc = new CRC32C();
        crc.update(pair.key().asByteBuffer());
        long keyCrc = crc.getValue();
        crc.update(pair.value().asByteBuffer());
        sum += keyCrc << Integer.SIZE | crc.getValue();
    }

    long pairs() {
        return pairs;
    }

    long keyBytes() {
        return keyBytes;
    }

    long valueBytes() {
        return valueBytes;
    }

    boolean sameAs(Tally other) {
        return pairs == other.pairs
                && keyBytes == other.keyBytes
                && valueBytes == other.valueBytes
                && sum == other.sum;
    }
}
