package org.pdtoolkit.placement.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;

/** The replicated state itself: revisions, transactions, leases, history. No faults here. */
public final class SimStore {
    private final World world;
    private final NavigableMap<Bytes, KeyValue> pairs = new TreeMap<>();
    private final NavigableMap<Long, LeaseState> leases = new TreeMap<>();
    private final NavigableMap<Long, List<WatchListener.Event>> history = new TreeMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private long revision = 1;
    private long compactedRevision;
    private long nextLease = 1_000;

    /** Writes so far, to be asserted. */
    public long writes;

    private static final class LeaseState {
        final long ttlSeconds;
        long expiryNanos;

        LeaseState(long ttlSeconds) {
            this.ttlSeconds = ttlSeconds;
        }
    }

    public SimStore(World world) {
        this.world = world;
    }

    public long revision() {
        return revision;
    }

    public KeyValue get(Bytes key) {
        return pairs.get(key);
    }

    public NavigableMap<Bytes, KeyValue> pairs() {
        return pairs;
    }

    /** Hears of every revision until it says that it has heard enough. */
    interface Listener {
        boolean accept(long revision, List<WatchListener.Event> events);
    }

    void listen(Listener listener) {
        listeners.add(listener);
    }

    NavigableMap<Long, List<WatchListener.Event>> historyFrom(long fromRevision) {
        return history.tailMap(fromRevision, true);
    }

    long compactedRevision() {
        return compactedRevision;
    }

    public void compact() {
        compactedRevision = revision;
        history.headMap(revision, true).clear();
    }

    /** Applies one operation as one entry of the log. */
    public OpResult apply(Op op) {
        List<WatchListener.Event> events = new ArrayList<>();
        long writeRevision = revision + 1;
        OpResult result = execute(op, writeRevision, events);
        if (!events.isEmpty()) {
            commit(writeRevision, events);
        }
        return result;
    }

    private void commit(long writeRevision, List<WatchListener.Event> events) {
        revision = writeRevision;
        writes++;
        List<WatchListener.Event> fixed = List.copyOf(events);
        history.put(writeRevision, fixed);
        listeners.removeIf(listener -> !listener.accept(writeRevision, fixed));
    }

    private OpResult execute(Op op, long writeRevision, List<WatchListener.Event> events) {
        if (op instanceof Op.Range range) {
            List<KeyValue> found = select(range.range());
            long seen = events.isEmpty() ? revision : writeRevision;
            return new OpResult.Range(seen, found, found.size(), false);
        }
        if (op instanceof Op.Put put) {
            return put(put, writeRevision, events);
        }
        if (op instanceof Op.Delete delete) {
            List<KeyValue> gone = select(delete.range());
            gone.forEach(pair -> remove(pair.key(), writeRevision, events));
            return new OpResult.Delete(writeRevision, gone.size(), List.of());
        }
        Op.Txn txn = (Op.Txn) op;
        boolean holds = txn.compares().stream().allMatch(this::holds);
        List<OpResult> responses = new ArrayList<>();
        for (Op inner : holds ? txn.success() : txn.failure()) {
            responses.add(execute(inner, writeRevision, events));
        }
        return new OpResult.Txn(events.isEmpty() ? revision : writeRevision, holds, responses);
    }

    private OpResult put(Op.Put put, long writeRevision, List<WatchListener.Event> events) {
        if (put.lease() != 0 && !leases.containsKey(put.lease())) {
            throw new KvException(KvError.LEASE_NOT_FOUND);
        }
        KeyValue old = pairs.get(put.key());
        KeyValue pair =
                new KeyValue(
                        put.key(),
                        put.value(),
                        old == null ? writeRevision : old.createRevision(),
                        writeRevision,
                        old == null ? 1 : old.version() + 1,
                        put.lease());
        pairs.put(put.key(), pair);
        events.add(new WatchListener.Event(WatchListener.EventType.PUT, pair, null));
        return new OpResult.Put(writeRevision, null);
    }

    private void remove(Bytes key, long writeRevision, List<WatchListener.Event> events) {
        pairs.remove(key);
        KeyValue tombstone = new KeyValue(key, Bytes.EMPTY, 0, writeRevision, 0, 0);
        events.add(new WatchListener.Event(WatchListener.EventType.DELETE, tombstone, null));
    }

    private List<KeyValue> select(KeyRange range) {
        if (range.isSingle()) {
            KeyValue pair = pairs.get(range.key());
            return pair == null ? List.of() : List.of(pair);
        }
        return pairs.values().stream().filter(pair -> range.contains(pair.key())).toList();
    }

    private boolean holds(Compare compare) {
        KeyValue pair = pairs.get(compare.range().key());
        if (compare.target() == Compare.Target.VALUE) {
            return pair != null && pair.value().equals(compare.value());
        }
        long left =
                switch (compare.target()) {
                    case VERSION -> pair == null ? 0 : pair.version();
                    case CREATE -> pair == null ? 0 : pair.createRevision();
                    case MOD -> pair == null ? 0 : pair.modRevision();
                    case LEASE -> pair == null ? 0 : pair.lease();
                    case VALUE -> throw new IllegalStateException("handled above");
                };
        return switch (compare.relation()) {
            case EQUAL -> left == compare.number();
            case NOT_EQUAL -> left != compare.number();
            case GREATER -> left > compare.number();
            case LESS -> left < compare.number();
        };
    }

    ReplicatedKv.Lease grant(long ttlSeconds) {
        LeaseState lease = new LeaseState(ttlSeconds);
        lease.expiryNanos = world.now() + ttlSeconds * World.SECOND;
        leases.put(nextLease, lease);
        return new ReplicatedKv.Lease(nextLease++, ttlSeconds, revision);
    }

    ReplicatedKv.Lease keepAlive(long id) {
        LeaseState lease = leases.get(id);
        if (lease == null) {
            return new ReplicatedKv.Lease(id, 0, revision);
        }
        lease.expiryNanos = world.now() + lease.ttlSeconds * World.SECOND;
        return new ReplicatedKv.Lease(id, lease.ttlSeconds, revision);
    }

    ReplicatedKv.Lease revoke(long id) {
        if (leases.remove(id) == null) {
            throw new KvException(KvError.LEASE_NOT_FOUND);
        }
        List<WatchListener.Event> events = new ArrayList<>();
        List<Bytes> hung =
                pairs.values().stream()
                        .filter(pair -> pair.lease() == id)
                        .map(KeyValue::key)
                        .toList();
        hung.forEach(key -> remove(key, revision + 1, events));
        if (!events.isEmpty()) {
            commit(revision + 1, events);
        }
        return new ReplicatedKv.Lease(id, 0, revision);
    }

    /** What the Raft leader does all the time. */
    void expireLeases() {
        List<Long> over =
                leases.entrySet().stream()
                        .filter(entry -> entry.getValue().expiryNanos < world.now())
                        .map(Map.Entry::getKey)
                        .toList();
        over.forEach(this::revoke);
    }

    /** What a new Raft leader does once: it does not know how much of each lease was left. */
    void refreshLeases() {
        for (LeaseState lease : leases.values()) {
            lease.expiryNanos = world.now() + lease.ttlSeconds * World.SECOND;
        }
    }

    public int leaseCount() {
        return leases.size();
    }
}
