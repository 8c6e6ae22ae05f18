package org.pdtoolkit.storage.tck;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;

/** Values for the tests of the kit. */
final class KitData {
    static final Bytes METADATA = Bytes.utf8("cluster 42 member 1");

    private KitData() {}

    /** Entries {@code [from, until)} of {@code term}, whose data names both. */
    static List<LogRecord> entries(long from, long until, long term) {
        return LongStream.range(from, until).mapToObj(i -> entry(i, term, 40)).toList();
    }

    /** Data of about {@code bytes} bytes that differs by index and term. */
    static LogRecord entry(long index, long term, int bytes) {
        byte[] data = new byte[bytes];
        new Random(index * 31 + term).nextBytes(data);
        Bytes name = Bytes.utf8("entry " + index + " of term " + term + " ");
        return new LogRecord(term, index, (int) (index % 3), name.concat(Bytes.wrap(data)));
    }

    static HardState hard(long term, long vote, long commit) {
        return new HardState(term, vote, commit);
    }

    static AppliedState applied(long index, long term) {
        return new AppliedState(index, term, Bytes.utf8("members at " + index));
    }

    static Bytes key(long number) {
        return Bytes.utf8("key/" + String.format("%06d", number));
    }

    static List<Pair> list(Iterator<Pair> pairs) {
        List<Pair> all = new ArrayList<>();
        pairs.forEachRemaining(all::add);
        return all;
    }
}
