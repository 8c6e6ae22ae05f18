package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * What every watch sees, whatever the delivery is up to: a member is written to, compacted and fed
 * by snapshots, and now and then its watches are delivered to a little, with listeners that have no
 * room half of the time. A plain list of all changes says what is right.
 */
class WatchDeliveryTest {
    private static final int SEEDS = 80;
    private static final int STEPS = 250;
    private static final int KEYS = 12;

    /** A change as the list has it; {@code before} is {@code null} if there was no pair. */
    private record Change(KeyValue pair, KeyValue before) {}

    private static final class Run {
        final Random random;
        final Machine leader = new Machine(new KvLimits(2, 128, 50));
        final Machine member = new Machine(new KvLimits(2, 128, 50));
        final TreeMap<Long, List<Change>> changes = new TreeMap<>();
        final Map<Bytes, KeyValue> pairs = new TreeMap<>();
        final List<Watching> watches = new ArrayList<>();
        boolean cutOff;
        int memberIndex;
        int leaderIndex;

        Run(int seed) {
            random = new Random(seed);
            member.kv.watches().onWork(() -> {});
        }

        void step(TreeMap<String, Integer> counts) {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> write();
                case 4 -> watch();
                case 5, 6 -> member.kv.watches().work();
                case 7 -> rare(counts);
                case 8 -> anyWatch(Watching::turnRoom);
                default -> anyWatch(watch -> askProgress(watch, counts));
            }
        }

        private void rare(TreeMap<String, Integer> counts) {
            switch (random.nextInt(8)) {
                case 0, 1 -> compact();
                case 2 -> anyWatch(Watching::cancel);
                case 3 -> cutOff = true;
                case 4, 5 -> install(counts);
                case 6 -> {
                    if (random.nextInt(20) == 0) {
                        counts.merge("burst", 1, Integer::sum);
                        for (int i = 0; i < 1100; i++) {
                            write();
                        }
                    }
                }
                default -> settle();
            }
        }

        private void anyWatch(Consumer<Watching> action) {
            if (!watches.isEmpty()) {
                action.accept(watches.get(random.nextInt(watches.size())));
            }
        }

        private void apply(Command command) {
            leader.apply(command);
            leaderIndex++;
            if (!cutOff) {
                member.apply(command);
                memberIndex++;
            }
        }

        private void install(TreeMap<String, Integer> counts) {
            if (cutOff) {
                counts.merge("install", 1, Integer::sum);
                member.kv.install(dump(leader.store).iterator(), leader.store.applied());
                for (; memberIndex < leaderIndex; memberIndex++) {
                    member.nextIndex();
                }
                cutOff = false;
            }
        }

        private void write() {
            long revision = leader.kv.revision() + 1;
            Set<Bytes> keys = new LinkedHashSet<>();
            for (int i = random.nextInt(4) == 0 ? 3 : 1; i > 0; i--) {
                keys.add(utf8("k" + (char) ('a' + random.nextInt(KEYS))));
            }
            List<Op> ops = new ArrayList<>();
            List<Change> made = new ArrayList<>();
            for (Bytes key : keys) {
                KeyValue before = pairs.get(key);
                if (before != null && random.nextInt(3) == 0) {
                    ops.add(Op.Delete.of(key));
                    pairs.remove(key);
                    made.add(new Change(new KeyValue(key, Bytes.EMPTY, 0, revision, 0, 0), before));
                } else {
                    Bytes value = utf8("v" + revision);
                    ops.add(Op.Put.of(key, value));
                    long created = before == null ? revision : before.createRevision();
                    long version = before == null ? 1 : before.version() + 1;
                    KeyValue pair = new KeyValue(key, value, created, revision, version, 0);
                    pairs.put(key, pair);
                    made.add(new Change(pair, before));
                }
            }
            changes.put(revision, made);
            apply(new Command.Write(new Op.Txn(List.of(), ops, List.of())));
            assertEquals(revision, leader.kv.revision());
        }

        private void compact() {
            long oldest = Math.max(1, leader.kv.compactRevision() + 1);
            long newest = leader.kv.revision();
            if (oldest <= newest) {
                apply(new Command.Compact(oldest + random.nextInt((int) (newest - oldest) + 1)));
                if (random.nextBoolean()) {
                    leader.sweep();
                    member.sweep();
                }
            }
        }

        private void watch() {
            KeyRange range =
                    switch (random.nextInt(4)) {
                        case 0 -> Machine.all();
                        case 1 -> KeyRange.prefix(utf8("k"));
                        case 2 -> Machine.from("kc", "kh");
                        default -> KeyRange.single(utf8("k" + (char) ('a' + random.nextInt(KEYS))));
                    };
            long start = random.nextBoolean() ? 0 : random.nextLong(-1, member.kv.revision() + 5);
            WatchRequest request =
                    new WatchRequest(
                            range,
                            start,
                            random.nextBoolean(),
                            random.nextInt(6) == 0,
                            random.nextInt(6) == 0);
            watches.add(new Watching(this, request));
        }

        private void askProgress(Watching watch, TreeMap<String, Integer> counts) {
            long asked = member.kv.revision();
            member.kv
                    .watches()
                    .progress(
                            List.of(watch.open),
                            revision -> {
                                counts.merge(revision == 0 ? "behind" : "told", 1, Integer::sum);
                                if (revision != 0) {
                                    assertTrue(revision >= asked);
                                    assertTrue(watch.first <= revision + 1);
                                    watch.requireSeenUpTo(revision);
                                }
                            });
        }

        void settle() {
            for (Watching watch : watches) {
                if (!watch.room) {
                    watch.turnRoom();
                }
            }
            for (int steps = 0; member.kv.watches().work(); steps++) {
                assertTrue(steps < 100_000, "delivery makes no progress");
            }
            watches.forEach(watch -> watch.requireSeenUpTo(member.kv.revision()));
        }
    }

    private static final class Watching implements WatchListener {
        private final Run run;
        private final WatchRequest request;
        private final long first;
        private final ReplicatedKv.Watch open;
        private final List<Event> seen = new ArrayList<>();
        private long told;
        private boolean room = true;
        private boolean cancelled;
        private long compacted;

        Watching(Run run, WatchRequest request) {
            this.run = run;
            this.request = request;
            long start = request.startRevision();
            this.first = start == 0 ? run.member.kv.revision() + 1 : start;
            this.open = run.member.kv.watch(request, this);
        }

        void turnRoom() {
            room = !room;
            if (room) {
                open.resume();
            }
        }

        void cancel() {
            cancelled = true;
            open.cancel();
        }

        @Override
        public boolean ready() {
            return room;
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            assertTrue(room, "called without room");
            assertFalse(cancelled, "called after the end");
            assertEquals(0, compacted, "called after the end");
            assertFalse(events.isEmpty());
            assertTrue(revision >= told, "the revision went back");
            told = revision;
            for (Event event : events) {
                long at = event.pair().modRevision();
                assertTrue(at <= revision);
                KeyValue before =
                        run.changes.get(at).stream()
                                .filter(change -> change.pair().key().equals(event.pair().key()))
                                .findFirst()
                                .orElseThrow()
                                .before();
                if (event.previous() != null || at - 1 >= run.member.kv.compactRevision()) {
                    assertEquals(request.previous() ? before : null, event.previous());
                }
                seen.add(event);
            }
            // Never part of a revision.
            requireSeenUpTo(events.get(events.size() - 1).pair().modRevision());
        }

        @Override
        public void onCompacted(long compactRevision) {
            assertFalse(cancelled, "called after the end");
            assertEquals(0, compacted, "called after the end");
            assertEquals(Math.max(0, run.member.kv.compactRevision()), compactRevision);
            assertTrue(first < compactRevision);
            compacted = Math.max(1, compactRevision);
        }

        /** Everything up to {@code revision} that it wants and no more, unless it has ended. */
        void requireSeenUpTo(long revision) {
            List<KeyValue> expected = new ArrayList<>();
            run.changes
                    .subMap(Math.max(0, first), true, Math.max(first, revision), true)
                    .forEach(
                            (at, made) -> {
                                for (Change change : made) {
                                    if (at <= revision && wants(change.pair())) {
                                        expected.add(change.pair());
                                    }
                                }
                            });
            List<KeyValue> found = seen.stream().map(Event::pair).toList();
            if (cancelled || compacted != 0) {
                assertEquals(expected.subList(0, Math.min(found.size(), expected.size())), found);
            } else {
                assertEquals(expected, found, request.toString());
            }
        }

        private boolean wants(KeyValue pair) {
            boolean filtered = pair.version() == 0 ? request.noDelete() : request.noPut();
            return request.range().contains(pair.key()) && !filtered;
        }
    }

    @Test
    void everyWatchSeesExactlyItsEventsInOrder() {
        TreeMap<String, Integer> counts = new TreeMap<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            try {
                for (int i = 0; i < STEPS; i++) {
                    run.step(counts);
                }
                run.install(counts);
                run.settle();
                for (Watching watch : run.watches) {
                    counts.merge(watch.compacted != 0 ? "compacted" : "followed", 1, Integer::sum);
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        for (String what : List.of("burst", "install", "behind", "told", "compacted", "followed")) {
            assertNotNull(counts.get(what), "no case of " + what + " in " + counts);
        }
    }

    /** A page of 1000 revisions, as in etcd, so that one step has a bounded price. */
    @Test
    void historyComesInPagesOfWholeRevisions() {
        Machine machine = new Machine();
        for (int i = 0; i < 2300; i++) {
            machine.put("k", "v" + i);
        }
        machine.kv.watches().onWork(() -> {});
        List<Integer> sizes = new ArrayList<>();
        machine.kv.watch(
                new WatchRequest(Machine.all(), 1, false),
                new WatchListener() {
                    @Override
                    public void onEvents(long revision, List<Event> events) {
                        assertEquals(2301, revision);
                        sizes.add(events.size());
                    }

                    @Override
                    public void onCompacted(long compactRevision) {
                        throw new AssertionError();
                    }
                });
        assertEquals(List.of(), sizes);
        assertTrue(machine.kv.watches().work());
        assertEquals(List.of(1000), sizes);
        assertTrue(machine.kv.watches().work());
        assertFalse(machine.kv.watches().work());
        assertEquals(List.of(1000, 1000, 300), sizes);
    }
}
