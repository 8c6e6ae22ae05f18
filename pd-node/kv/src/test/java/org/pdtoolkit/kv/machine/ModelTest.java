package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.at;
import static org.pdtoolkit.kv.machine.Machine.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * Random commands against {@link Model}: outcomes, reads at every kind of revision, leases, watches
 * opened at any time, and members that are restarted or fed by a snapshot meanwhile.
 */
class ModelTest {
    private static final int SEEDS = 300;
    private static final int COMMANDS = 120;

    /** Collects what a watch gets, and what the model says it should. */
    private static final class Watching implements WatchListener {
        final WatchRequest request;
        final TreeMap<Long, List<Event>> seen = new TreeMap<>();
        final TreeMap<Long, List<Event>> expected = new TreeMap<>();
        long compacted = Long.MIN_VALUE;

        Watching(WatchRequest request) {
            this.request = request;
        }

        @Override
        public void onEvents(long revision, List<Event> events) {
            long before = seen.isEmpty() ? 0 : seen.lastKey();
            for (Event event : events) {
                long at = event.pair().modRevision();
                assertTrue(before < at && at <= revision, "order");
                assertTrue(seen.isEmpty() || seen.lastKey() <= at, "order");
                seen.computeIfAbsent(at, key -> new ArrayList<>()).add(event);
            }
        }

        @Override
        public void onCompacted(long compactRevision) {
            compacted = compactRevision;
        }
    }

    private static final class Run {
        final Random random;
        final RandomOps ops;
        final Model model = new Model();
        final KvLimits limits;
        final Machine first;
        final Machine second;
        final List<Watching> watches = new ArrayList<>();
        String trace = "";

        Run(int seed) {
            random = new Random(seed);
            ops = new RandomOps(random);
            limits = new KvLimits(2, 128, 1 + random.nextInt(4));
            first = new Machine(limits);
            second = new Machine(limits);
        }

        void step() {
            Command command = legal();
            trace = command.toString();
            long before = model.revision;
            Outcome expected = model.apply(command);
            for (Watching watch : watches) {
                if (model.revision > before) {
                    expect(watch, model.revision, Long.MIN_VALUE);
                }
            }
            assertEquals(expected, first.apply(command), trace);
            assertEquals(expected, second.apply(command), trace);
            assertEquals(model.revision, first.kv.revision());
            assertEquals(model.compacted, first.kv.compactRevision());
            assertEquals(dump(first.store), dump(second.store), trace);
            read();
            if (random.nextInt(20) == 0) {
                // Watches live in memory, so only the other member may lose its own.
                second.restart();
            }
            if (random.nextInt(15) == 0) {
                watch();
            }
        }

        /** A command that passed the checks which precede every proposal. */
        private Command legal() {
            while (true) {
                Command command = ops.command(model.revision);
                if (!(command instanceof Command.Write write)) {
                    return command;
                }
                try {
                    first.kv.check(write.op());
                    return command;
                } catch (KvException e) {
                    // the next one, then
                }
            }
        }

        private void read() {
            for (int i = 0; i < 3; i++) {
                Op.Range range = ops.rangeOp(model.revision);
                Object expected = answer(() -> model.range(range));
                assertEquals(expected, answer(() -> first.range(range)), range::toString);
                assertEquals(expected, answer(() -> second.range(range)), range::toString);
            }
            for (Machine machine : List.of(first, second)) {
                for (long lease = 1; lease <= 4; lease++) {
                    assertEquals(
                            model.leases.getOrDefault(lease, 0L), machine.kv.leases().ttl(lease));
                    if (model.leases.containsKey(lease)) {
                        assertEquals(model.keys(lease), machine.kv.leases().keys(lease));
                    }
                }
            }
        }

        private static Object answer(Supplier<Object> call) {
            try {
                return call.get();
            } catch (KvException e) {
                return e.error();
            }
        }

        private void watch() {
            KeyRange range = ops.range();
            WatchRequest request =
                    new WatchRequest(
                            range, random.nextLong(model.revision + 4), random.nextBoolean());
            Watching watch = new Watching(request);
            first.kv.watch(request, watch);
            if (request.startRevision() > 0 && request.startRevision() < model.compacted) {
                assertEquals(model.compacted, watch.compacted);
                assertEquals(new TreeMap<>(), watch.seen);
                return;
            }
            assertEquals(Long.MIN_VALUE, watch.compacted);
            if (request.startRevision() > 0) {
                for (long at = request.startRevision(); at <= model.revision; at++) {
                    expect(watch, at, model.compacted);
                }
            }
            assertEquals(watch.expected, watch.seen);
            watches.add(watch);
        }

        private void expect(Watching watch, long at, long compacted) {
            List<WatchListener.Event> events =
                    model.events(watch.request.range(), at, watch.request.previous(), compacted);
            if (at >= watch.request.startRevision() && !events.isEmpty()) {
                watch.expected.put(at, events);
            }
        }

        void finish() {
            for (Watching watch : watches) {
                assertEquals(watch.expected, watch.seen, watch.request.toString());
                assertEquals(Long.MIN_VALUE, watch.compacted);
            }
            first.sweep();
            second.sweep();
            first.restart();
            assertEquals(dump(first.store), dump(second.store));
            for (long at = Math.max(1, model.compacted); at <= model.revision; at++) {
                assertEquals(model.range(at(all(), at)), first.range(at(all(), at)));
            }
            installed();
        }

        private void installed() {
            Machine third = new Machine(limits);
            third.put("stale", "1");
            third.apply(new Command.LeaseGrant(99, 10));
            third.kv.install(dump(first.store).iterator(), first.store.applied());
            assertEquals(dump(first.store), dump(third.store));
            assertEquals(first.range(at(all(), 0)), third.range(at(all(), 0)));
            assertEquals(first.kv.leases().ids(), third.kv.leases().ids());
            assertEquals(first.kv.compactRevision(), third.kv.compactRevision());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> third.apply(new Command.Compact(1)),
                    "an index before the snapshot");
        }
    }

    @Test
    void agreesWithAPlainModel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            try {
                for (int i = 0; i < COMMANDS; i++) {
                    run.step();
                }
                run.finish();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " after " + run.trace, e);
            }
        }
    }
}
