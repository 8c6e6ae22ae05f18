package org.pdtoolkit.kv.auth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.codec.ByteReader;
import org.pdtoolkit.kv.codec.ByteWriter;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;

/**
 * The alarms that are set, in the {@code META} space too: prefix, type (1) and member (8), to a
 * format byte and whether it was raised automatically.
 *
 * <p>Thread: {@link #alarms} and {@link #has} by any; the rest by apply.
 */
public final class AlarmTable {
    private static final Bytes PREFIX = Bytes.utf8("kv/alarm/");
    private static final int FORMAT = 1;
    private static final Comparator<Alarm> ORDER =
            Comparator.<Alarm>comparingInt(alarm -> alarm.type().id())
                    .thenComparing(Alarm::memberId, Long::compareUnsigned);

    private volatile List<Alarm> alarms;

    public AlarmTable(OrderedStore store) {
        load(store);
    }

    /** By type, then member. */
    public List<Alarm> alarms() {
        return alarms;
    }

    public boolean has(Alarm.Type type) {
        return alarms.stream().anyMatch(alarm -> alarm.type() == type);
    }

    /** Alarm of that member and type, or {@code null}. */
    public Alarm find(long memberId, Alarm.Type type) {
        return find(alarms, memberId, type);
    }

    /** The same among {@code alarms}. */
    public static Alarm find(List<Alarm> alarms, long memberId, Alarm.Type type) {
        for (Alarm alarm : alarms) {
            if (alarm.memberId() == memberId && alarm.type() == type) {
                return alarm;
            }
        }
        return null;
    }

    /** Stages an alarm in the place of the same one; the answer is for {@link #publish}. */
    public List<Alarm> stageSet(Alarm alarm, Batch batch) {
        batch.put(
                Space.META,
                key(alarm),
                new ByteWriter(16)
                        .writeByte(FORMAT)
                        .writeByte(alarm.automatic() ? 1 : 0)
                        .toBytes());
        List<Alarm> next = without(alarm);
        next.add(alarm);
        next.sort(ORDER);
        return next;
    }

    /** Stages the end of an alarm; the answer is for {@link #publish}. */
    public List<Alarm> stageRemove(Alarm alarm, Batch batch) {
        batch.delete(Space.META, key(alarm));
        return without(alarm);
    }

    public void publish(List<Alarm> next) {
        alarms = List.copyOf(next);
    }

    /** Reads everything again, after the store was replaced. */
    public void load(OrderedStore store) {
        List<Alarm> loaded = new ArrayList<>();
        try (OrderedStore.View view = store.view()) {
            Iterator<OrderedStore.Pair> records = view.scan(Space.META, PREFIX, PREFIX.prefixEnd());
            while (records.hasNext()) {
                loaded.add(read(records.next()));
            }
        }
        loaded.sort(ORDER);
        publish(loaded);
    }

    private List<Alarm> without(Alarm alarm) {
        List<Alarm> next = new ArrayList<>(alarms);
        next.removeIf(old -> ORDER.compare(old, alarm) == 0);
        return next;
    }

    private static Bytes key(Alarm alarm) {
        return PREFIX.concat(Bytes.wrap(new byte[] {(byte) alarm.type().id()}))
                .concat(Bytes.ofLong(alarm.memberId()));
    }

    private static Alarm read(OrderedStore.Pair pair) {
        try {
            byte[] key = pair.key().toArray();
            long member = Bytes.copyOf(key, PREFIX.size() + 1, key.length).toLong();
            ByteReader reader = new ByteReader(pair.value());
            int format = reader.readByte();
            int automatic = reader.readByte();
            reader.expectEnd();
            if (format != FORMAT || automatic > 1) {
                throw new IllegalArgumentException("format " + format + ", flag " + automatic);
            }
            return new Alarm(member, type(key[PREFIX.size()]), automatic == 1);
        } catch (IllegalArgumentException e) {
            throw new StorageException.Corrupt("alarm " + pair.key() + ": " + e.getMessage());
        }
    }

    /**
     * @throws IllegalArgumentException for an unknown number
     */
    public static Alarm.Type type(int id) {
        for (Alarm.Type type : Alarm.Type.values()) {
            if (type.id() == id) {
                return type;
            }
        }
        throw new IllegalArgumentException("unknown alarm " + id);
    }
}
