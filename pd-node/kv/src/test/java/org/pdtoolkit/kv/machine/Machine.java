package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.tck.MemoryStorageProvider;

/** A machine over a store in memory, with short words for tests. */
final class Machine {
    final OrderedStore store =
            new MemoryStorageProvider().open(Path.of("memory"), Map.of()).ordered();
    KvMachine kv;
    private final KvLimits limits;
    private long index;

    Machine() {
        this(KvLimits.DEFAULT);
    }

    Machine(KvLimits limits) {
        this.limits = limits;
        restart();
    }

    /** Continues with a machine that has only the store to go by. */
    void restart() {
        kv = new KvMachine(store, limits);
        deliverAtOnce(kv);
    }

    /** Does the work of the watches as soon as there is some, on the thread that makes it. */
    static void deliverAtOnce(KvMachine machine) {
        AtomicBoolean delivering = new AtomicBoolean();
        machine.watches()
                .onWork(
                        () -> {
                            if (delivering.compareAndSet(false, true)) {
                                while (machine.watches().work()) {
                                    // the next step
                                }
                                delivering.set(false);
                            }
                        });
    }

    AppliedState nextIndex() {
        return new AppliedState(++index, 1, Bytes.EMPTY);
    }

    /** Applies a command as it arrives from the log. */
    Outcome apply(Command command) {
        Outcome outcome = kv.apply(nextIndex(), Command.decode(command.encode()));
        assertEquals(index, store.applied().index());
        return outcome;
    }

    OpResult write(Op op) {
        return assertInstanceOf(Outcome.Done.class, apply(new Command.Write(op))).result();
    }

    KvError refusal(Command command) {
        return assertInstanceOf(Outcome.Refused.class, apply(command)).error();
    }

    KvError refusal(Op op) {
        return refusal(new Command.Write(op));
    }

    long put(String key, String value) {
        return put(key, value, 0);
    }

    long put(String key, String value, long lease) {
        return write(Op.Put.of(utf8(key), utf8(value), lease)).revision();
    }

    OpResult.Delete delete(String key) {
        return (OpResult.Delete) write(Op.Delete.of(utf8(key)));
    }

    OpResult.Txn txn(Op.Txn txn) {
        return (OpResult.Txn) write(txn);
    }

    void compact(long revision) {
        assertEquals(new Outcome.Compacted(kv.revision()), apply(new Command.Compact(revision)));
    }

    /** Lets compaction delete everything that is due. */
    void sweep() {
        for (int steps = 0; kv.compactionDue(); steps++) {
            assertTrue(steps < 100_000, "compaction makes no progress");
            kv.advance(store.applied());
        }
    }

    KeyValue get(String key) {
        return kv.range(Op.Range.of(utf8(key))).first();
    }

    OpResult.Range range(Op.Range range) {
        return kv.range(range);
    }

    static KvError error(Runnable call) {
        return assertThrows(KvException.class, call::run).error();
    }

    static Bytes utf8(String text) {
        return Bytes.utf8(text);
    }

    static KeyRange from(String key, String end) {
        return new KeyRange(utf8(key), utf8(end));
    }

    static KeyRange all() {
        return new KeyRange(KeyRange.OPEN_END, KeyRange.OPEN_END);
    }

    static Op.Range at(KeyRange range, long revision) {
        return new Op.Range(
                range,
                revision,
                0,
                Op.SortTarget.KEY,
                Op.SortOrder.NONE,
                false,
                false,
                0,
                0,
                0,
                0,
                false);
    }

    /** Everything in the store that replicas must agree on. */
    static List<Batch.Write> dump(OrderedStore store) {
        List<Batch.Write> writes = new ArrayList<>();
        try (OrderedStore.View view = store.view()) {
            for (Space space : List.of(Space.HISTORY, Space.META)) {
                Iterator<OrderedStore.Pair> pairs = view.scan(space, null, null);
                pairs.forEachRemaining(
                        pair -> writes.add(new Batch.Write(space, pair.key(), pair.value())));
            }
        }
        return writes;
    }

    long historyRecords() {
        return dump(store).stream().filter(write -> write.space() == Space.HISTORY).count();
    }
}
