package org.pdtoolkit.kv.machine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
import org.pdtoolkit.kv.WatchListener.Event;
import org.pdtoolkit.kv.WatchListener.EventType;

/**
 * What the store should do, in the plainest form: a copy of all pairs for each revision. Written
 * from etcd.md sections 3 to 8 alone.
 */
final class Model {
    private final TreeMap<Long, TreeMap<Bytes, KeyValue>> revisions = new TreeMap<>();
    final TreeMap<Long, List<KeyValue>> changes = new TreeMap<>();
    final TreeMap<Long, Long> leases = new TreeMap<>();
    long revision = 1;
    long compacted = -1;

    private TreeMap<Bytes, KeyValue> working;
    private List<KeyValue> made;

    Model() {
        revisions.put(1L, new TreeMap<>());
    }

    Outcome apply(Command command) {
        working = new TreeMap<>(revisions.get(revision));
        made = new ArrayList<>();
        Outcome outcome;
        try {
            outcome = execute(command);
        } catch (KvException e) {
            return new Outcome.Refused(e.error());
        }
        if (!made.isEmpty()) {
            revision++;
            revisions.put(revision, working);
            changes.put(revision, made);
        }
        return outcome;
    }

    private Outcome execute(Command command) {
        if (command instanceof Command.Write write) {
            return new Outcome.Done(alone(write.op()));
        }
        if (command instanceof Command.LeaseGrant grant) {
            require(!leases.containsKey(grant.id()), KvError.LEASE_EXISTS);
            long ttl = Math.max(2, grant.ttl());
            leases.put(grant.id(), ttl);
            return new Outcome.Leased(new ReplicatedKv.Lease(grant.id(), ttl, revision));
        }
        if (command instanceof Command.LeaseRevoke revoke) {
            require(leases.remove(revoke.id()) != null, KvError.LEASE_NOT_FOUND);
            for (Bytes key : keys(revoke.id())) {
                delete(new Op.Delete(KeyRange.single(key), false));
            }
            return new Outcome.Leased(new ReplicatedKv.Lease(revoke.id(), 0, seen()));
        }
        long mark = ((Command.Compact) command).revision();
        require(mark <= revision, KvError.FUTURE_REVISION);
        require(mark > 0 && mark > compacted, KvError.COMPACTED);
        compacted = mark;
        return new Outcome.Compacted(revision);
    }

    List<Bytes> keys(long lease) {
        return revisions.get(revision).values().stream()
                .filter(pair -> pair.lease() == lease)
                .map(KeyValue::key)
                .toList();
    }

    private static void require(boolean condition, KvError error) {
        if (!condition) {
            throw new KvException(error);
        }
    }

    private long seen() {
        return made.isEmpty() ? revision : revision + 1;
    }

    private OpResult alone(Op op) {
        if (op instanceof Op.Put put) {
            require(put.lease() == 0 || leases.containsKey(put.lease()), KvError.LEASE_NOT_FOUND);
            requirePrevious(put);
            return put(put);
        }
        return op instanceof Op.Delete delete ? delete(delete) : txn((Op.Txn) op);
    }

    private OpResult txn(Op.Txn txn) {
        List<Boolean> path = new ArrayList<>();
        decide(txn, path);
        check(txn, new ArrayList<>(path));
        return run(txn, path);
    }

    private static List<Op> branch(Op.Txn txn, List<Boolean> path) {
        return path.remove(0) ? txn.success() : txn.failure();
    }

    private void decide(Op.Txn txn, List<Boolean> path) {
        boolean success = txn.compares().stream().allMatch(this::holds);
        path.add(success);
        for (Op op : success ? txn.success() : txn.failure()) {
            if (op instanceof Op.Txn inner) {
                decide(inner, path);
            }
        }
    }

    private boolean holds(Compare compare) {
        List<KeyValue> pairs =
                working.values().stream()
                        .filter(pair -> compare.range().contains(pair.key()))
                        .toList();
        if (pairs.isEmpty()) {
            return compare.target() != Compare.Target.VALUE
                    && holds(compare, Long.compare(0, compare.number()));
        }
        return pairs.stream().allMatch(pair -> holds(compare, order(compare, pair)));
    }

    private static int order(Compare compare, KeyValue pair) {
        return switch (compare.target()) {
            case VERSION -> Long.compare(pair.version(), compare.number());
            case CREATE -> Long.compare(pair.createRevision(), compare.number());
            case MOD -> Long.compare(pair.modRevision(), compare.number());
            case LEASE -> Long.compare(pair.lease(), compare.number());
            case VALUE -> pair.value().compareTo(compare.value());
        };
    }

    private static boolean holds(Compare compare, int order) {
        return switch (compare.relation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case GREATER -> order > 0;
        };
    }

    private void check(Op.Txn txn, List<Boolean> path) {
        for (Op op : branch(txn, path)) {
            if (op instanceof Op.Range range) {
                require(range.revision() <= revision, KvError.FUTURE_REVISION);
                require(
                        range.revision() == 0
                                || (range.revision() > 0 && range.revision() >= compacted),
                        KvError.COMPACTED);
            } else if (op instanceof Op.Put put) {
                requirePrevious(put);
                require(
                        put.lease() == 0 || leases.containsKey(put.lease()),
                        KvError.LEASE_NOT_FOUND);
            } else if (op instanceof Op.Txn inner) {
                check(inner, path);
            }
        }
    }

    private void requirePrevious(Op.Put put) {
        require(
                !(put.ignoreValue() || put.ignoreLease()) || working.containsKey(put.key()),
                KvError.KEY_NOT_FOUND);
    }

    private OpResult run(Op.Txn txn, List<Boolean> path) {
        boolean succeeded = path.get(0);
        List<OpResult> results = new ArrayList<>();
        for (Op op : branch(txn, path)) {
            if (op instanceof Op.Range range) {
                results.add(range(range, working, seen()));
            } else if (op instanceof Op.Put put) {
                results.add(put(put));
            } else if (op instanceof Op.Delete delete) {
                results.add(delete(delete));
            } else {
                results.add(run((Op.Txn) op, path));
            }
        }
        return new OpResult.Txn(seen(), succeeded, results);
    }

    private OpResult.Put put(Op.Put put) {
        KeyValue old = working.get(put.key());
        long mod = revision + 1;
        KeyValue pair =
                new KeyValue(
                        put.key(),
                        put.ignoreValue() ? old.value() : put.value(),
                        old == null ? mod : old.createRevision(),
                        mod,
                        old == null ? 1 : old.version() + 1,
                        put.ignoreLease() ? old.lease() : put.lease());
        working.put(put.key(), pair);
        made.add(pair);
        return new OpResult.Put(mod, put.previous() ? old : null);
    }

    private OpResult.Delete delete(Op.Delete delete) {
        List<KeyValue> gone =
                working.values().stream()
                        .filter(pair -> delete.range().contains(pair.key()))
                        .toList();
        for (KeyValue pair : gone) {
            working.remove(pair.key());
            made.add(new KeyValue(pair.key(), Bytes.EMPTY, 0, revision + 1, 0, 0));
        }
        return new OpResult.Delete(seen(), gone.size(), delete.previous() ? gone : List.of());
    }

    OpResult.Range range(Op.Range range) {
        return range(range, revisions.get(revision), revision);
    }

    private OpResult.Range range(
            Op.Range range, TreeMap<Bytes, KeyValue> newest, long newestRevision) {
        require(range.revision() <= newestRevision, KvError.FUTURE_REVISION);
        require(range.revision() <= 0 || range.revision() >= compacted, KvError.COMPACTED);
        TreeMap<Bytes, KeyValue> pairs =
                range.revision() <= 0 || range.revision() == newestRevision
                        ? newest
                        : revisions.get(range.revision());
        List<KeyValue> inside =
                pairs.values().stream().filter(pair -> range.range().contains(pair.key())).toList();
        if (range.countOnly()) {
            return new OpResult.Range(newestRevision, List.of(), inside.size(), false);
        }
        Comparator<KeyValue> order =
                switch (range.sortTarget()) {
                    case KEY -> Comparator.comparing(KeyValue::key);
                    case VERSION -> Comparator.comparing(KeyValue::version);
                    case CREATE -> Comparator.comparing(KeyValue::createRevision);
                    case MOD -> Comparator.comparing(KeyValue::modRevision);
                    case VALUE -> Comparator.comparing(KeyValue::value);
                };
        boolean descend = range.sortOrder() == Op.SortOrder.DESCEND;
        List<KeyValue> wanted =
                inside.stream()
                        .filter(pair -> range.minMod() == 0 || pair.modRevision() >= range.minMod())
                        .filter(pair -> range.maxMod() == 0 || pair.modRevision() <= range.maxMod())
                        .filter(
                                pair ->
                                        range.minCreate() == 0
                                                || pair.createRevision() >= range.minCreate())
                        .filter(
                                pair ->
                                        range.maxCreate() == 0
                                                || pair.createRevision() <= range.maxCreate())
                        .sorted(descend ? order.reversed() : order)
                        .map(pair -> range.keysOnly() ? stripped(range, pair) : pair)
                        .toList();
        boolean more = range.limit() > 0 && wanted.size() > range.limit();
        return new OpResult.Range(
                newestRevision,
                more ? wanted.subList(0, (int) range.limit()) : wanted,
                inside.size(),
                more);
    }

    private static KeyValue stripped(Op.Range range, KeyValue pair) {
        return new KeyValue(
                pair.key(),
                Bytes.EMPTY,
                pair.createRevision(),
                pair.modRevision(),
                pair.version(),
                range.sortTarget() == Op.SortTarget.VALUE ? pair.lease() : 0);
    }

    /** Events of one revision; previous pairs are only there if still readable. */
    List<Event> events(KeyRange range, long at, boolean previous, long compactedThen) {
        List<Event> events = new ArrayList<>();
        for (KeyValue pair : changes.getOrDefault(at, List.of())) {
            if (range.contains(pair.key())) {
                KeyValue before =
                        previous && at - 1 >= compactedThen
                                ? revisions.get(at - 1).get(pair.key())
                                : null;
                events.add(
                        new Event(
                                pair.version() == 0 ? EventType.DELETE : EventType.PUT,
                                pair,
                                before));
            }
        }
        return events;
    }
}
