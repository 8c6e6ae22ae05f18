package org.pdtoolkit.tests.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.tests.check.RegisterHistory;

/** Reads, writes, deletes and compares-and-sets a few keys, and remembers what it was told. */
final class KvClient extends Client {
    static final int KEYS = 5;

    /** What all clients of one run were told. */
    static final class History {
        private final TreeMap<Integer, RegisterHistory> registers = new TreeMap<>();
        private final List<long[]> writes = new ArrayList<>();
        private int lastValue;
        private long answered;

        RegisterHistory of(int key) {
            return registers.computeIfAbsent(key, k -> new RegisterHistory());
        }

        long answered() {
            return answered;
        }

        /** Revisions of answered writes. */
        List<Long> revisions() {
            return writes.stream().map(write -> write[2]).toList();
        }

        void check(World world) {
            registers.forEach(
                    (key, history) ->
                            world.check(
                                    history.isLinearizable(),
                                    "the calls on key " + key + " are not linearizable"));
            checkRevisions(world);
        }

        /** A write that began after another was answered has the greater revision. */
        private void checkRevisions(World world) {
            List<long[]> byEnd = new ArrayList<>(writes);
            byEnd.sort((a, b) -> Long.compare(a[1], b[1]));
            List<long[]> byStart = new ArrayList<>(writes);
            byStart.sort((a, b) -> Long.compare(a[0], b[0]));
            long largest = 0;
            int ended = 0;
            for (long[] write : byStart) {
                while (ended < byEnd.size() && byEnd.get(ended)[1] < write[0]) {
                    largest = Math.max(largest, byEnd.get(ended++)[2]);
                }
                world.check(write[2] > largest, "revision " + write[2] + " is out of order");
            }
        }
    }

    private final History history;

    /** Latest value seen, by key. */
    private final int[] seen = new int[KEYS];

    KvClient(World world, List<Node> nodes, History history) {
        super(world, nodes, 40 * World.MILLI);
        this.history = history;
    }

    static Bytes key(int key) {
        return Bytes.utf8("k" + key);
    }

    private static Bytes encode(int value) {
        return Bytes.ofLong(value);
    }

    private static int decode(KeyValue pair) {
        return pair == null ? RegisterHistory.ABSENT : (int) pair.value().toLong();
    }

    @Override
    protected void next(Node target) {
        int key = world.random.nextInt(KEYS);
        int dice = world.random.nextInt(100);
        if (dice < 40) {
            read(target, key);
        } else if (dice < 70) {
            put(target, key);
        } else if (dice < 97) {
            compareAndSet(target, key);
        } else {
            delete(target, key);
        }
    }

    void read(Node target, int key) {
        long start = world.now();
        this.<OpResult.Range>call(
                target,
                () -> target.kv().range(Op.Range.of(key(key))),
                (result, failure) -> {
                    if (failure == null) {
                        seen[key] = decode(result.first());
                        history.of(key).read(start, world.now(), seen[key]);
                        history.answered++;
                    }
                    again();
                });
    }

    private void put(Node target, int key) {
        long start = world.now();
        int value = ++history.lastValue;
        this.<OpResult.Put>call(
                target,
                () -> target.kv().put(Op.Put.of(key(key), encode(value))),
                (result, failure) -> {
                    if (failure == null) {
                        history.of(key).write(start, world.now(), value);
                        wrote(start, result.revision());
                        seen[key] = value;
                    } else if (outcomeUnknown(failure)) {
                        history.of(key).write(start, RegisterHistory.NEVER, value);
                    }
                    again();
                });
    }

    private void delete(Node target, int key) {
        long start = world.now();
        this.<OpResult.Delete>call(
                target,
                () -> target.kv().delete(Op.Delete.of(key(key))),
                (result, failure) -> {
                    if (failure == null) {
                        history.of(key).write(start, world.now(), RegisterHistory.ABSENT);
                        if (result.deleted() > 0) {
                            wrote(start, result.revision());
                        }
                    } else if (outcomeUnknown(failure)) {
                        history.of(key).write(start, RegisterHistory.NEVER, RegisterHistory.ABSENT);
                    }
                    again();
                });
    }

    private void compareAndSet(Node target, int key) {
        long start = world.now();
        int value = ++history.lastValue;
        int expected = seen[key];
        Compare compare =
                expected == RegisterHistory.ABSENT
                        ? Compare.absent(key(key))
                        : Compare.valueEquals(key(key), encode(expected));
        Op.Txn txn =
                new Op.Txn(
                        List.of(compare),
                        List.of(Op.Put.of(key(key), encode(value))),
                        List.of(Op.Range.of(key(key))));
        this.<OpResult.Txn>call(
                target,
                () -> target.kv().txn(txn),
                (result, failure) -> {
                    if (failure != null) {
                        if (outcomeUnknown(failure)) {
                            history.of(key)
                                    .compareAndSet(start, RegisterHistory.NEVER, expected, value);
                        }
                    } else if (result.succeeded()) {
                        history.of(key).compareAndSet(start, world.now(), expected, value);
                        wrote(start, result.revision());
                        seen[key] = value;
                    } else {
                        seen[key] = decode(((OpResult.Range) result.responses().get(0)).first());
                        history.of(key).read(start, world.now(), seen[key]);
                        world.check(seen[key] != expected, "a compare failed on what it asked for");
                        history.answered++;
                    }
                    again();
                });
    }

    private void wrote(long start, long revision) {
        history.writes.add(new long[] {start, world.now(), revision});
        history.answered++;
    }
}
