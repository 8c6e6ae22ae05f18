package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.kv.machine.Machine.all;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.from;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/** etcd.md section 7, as far as it is not the wire's. */
class WatchTest {
    private final Machine machine = new Machine();

    /** Writes down calls: {@code revision: key=value(previous) -key(previous)}. */
    private static class Log implements WatchListener {
        final List<String> lines = new ArrayList<>();

        @Override
        public void onEvents(long revision, List<Event> events) {
            StringBuilder line = new StringBuilder();
            long current = 0;
            for (Event event : events) {
                KeyValue pair = event.pair();
                if (pair.modRevision() != current) {
                    flush(line);
                    current = pair.modRevision();
                    line.append(current).append(':');
                }
                if (event.type() == EventType.DELETE) {
                    assertEquals(new KeyValue(pair.key(), Bytes.EMPTY, 0, current, 0, 0), pair);
                    line.append(" -").append(pair.key());
                } else {
                    line.append(' ').append(pair.key()).append('=').append(pair.value());
                }
                if (event.previous() != null) {
                    line.append('(').append(event.previous().value()).append(')');
                }
            }
            flush(line);
            assertTrue(revision >= current);
        }

        private void flush(StringBuilder line) {
            if (!line.isEmpty()) {
                lines.add(line.toString());
                line.setLength(0);
            }
        }

        @Override
        public void onCompacted(long compactRevision) {
            lines.add("compacted " + compactRevision);
        }
    }

    private Log watch(KeyRange range, long start, boolean previous) {
        Log log = new Log();
        machine.kv.watch(new WatchRequest(range, start, previous), log);
        return log;
    }

    private void change() {
        machine.put("a", "1"); // 2
        machine.put("b", "1"); // 3
        machine.put("a", "2"); // 4
        machine.delete("a"); // 5
        machine.txn( // 6
                new Op.Txn(
                        List.of(),
                        List.of(
                                Op.Put.of(utf8("c"), utf8("1")),
                                Op.Put.of(utf8("b"), utf8("2")),
                                Op.Put.of(utf8("a"), utf8("3"))),
                        List.of()));
    }

    private static final List<String> ALL =
            List.of("2: a=1", "3: b=1", "4: a=2(1)", "5: -a(2)", "6: c=1 b=2(1) a=3");

    @Test
    void startingNowSeesWhatComesLater() {
        Log before = watch(all(), 0, true);
        change();
        Log after = watch(all(), 0, true);
        assertEquals(ALL, before.lines);
        assertEquals(List.of(), after.lines);
        machine.put("d", "1");
        assertEquals(List.of("7: d=1"), after.lines);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 9})
    void startingAtARevisionSeesHistoryThenWhatComesLater(long start) {
        change();
        Log log = watch(all(), start, true);
        List<String> expected =
                new ArrayList<>(ALL.subList((int) Math.min(5, Math.max(0, start - 2)), 5));
        assertEquals(expected, log.lines);
        for (int revision = 7; revision <= 10; revision++) {
            machine.put("d" + revision, "1");
            if (revision >= start) {
                expected.add(revision + ": d" + revision + "=1");
            }
        }
        assertEquals(expected, log.lines);
    }

    @Test
    void onlyKeysInTheRangeAreSeen() {
        List<Log> logs = new ArrayList<>();
        for (long start : new long[] {0, 2}) {
            if (start == 2) {
                change();
            }
            logs.add(watch(KeyRange.single(utf8("a")), start, false));
            logs.add(watch(from("b", "c"), start, false));
            logs.add(watch(new KeyRange(utf8("b"), KeyRange.OPEN_END), start, false));
            logs.add(watch(KeyRange.single(utf8("z")), start, false));
        }
        for (int i = 0; i < 8; i += 4) {
            assertEquals(List.of("2: a=1", "4: a=2", "5: -a", "6: a=3"), logs.get(i).lines);
            assertEquals(List.of("3: b=1", "6: b=2"), logs.get(i + 1).lines);
            assertEquals(List.of("3: b=1", "6: c=1 b=2"), logs.get(i + 2).lines);
            assertEquals(List.of(), logs.get(i + 3).lines);
        }
    }

    @Test
    void compactedHistoryEndsTheWatch() {
        change();
        machine.compact(5);
        for (boolean swept : new boolean[] {false, true}) {
            if (swept) {
                machine.sweep();
            }
            assertEquals(List.of("compacted 5"), watch(all(), 4, true).lines);
            // The compact revision itself is served; the pair before it is gone.
            assertEquals(List.of("5: -a", "6: c=1 b=2(1) a=3"), watch(all(), 5, true).lines);
        }
        assertEquals(List.of("compacted 5"), watch(all(), -1, true).lines);
    }

    @Test
    void compactionDoesNotDisturbALiveWatch() {
        Log log = watch(all(), 0, true);
        change();
        machine.compact(6);
        machine.sweep();
        machine.put("a", "4");
        List<String> expected = new ArrayList<>(ALL);
        expected.add("7: a=4(3)");
        assertEquals(expected, log.lines);
    }

    @Test
    void longHistoryComesWholeAcrossPages() {
        for (int i = 0; i < 2500; i++) {
            machine.put("k" + i % 7, "v" + i);
        }
        Log log = watch(KeyRange.single(utf8("k3")), 1, true);
        assertEquals(357, log.lines.size());
        assertEquals("5: k3=v3", log.lines.get(0));
        assertEquals("12: k3=v10(v3)", log.lines.get(1));
        assertEquals(2500, watch(all(), 1, false).lines.size());
    }

    @Test
    void aCancelledWatchIsSilent() {
        for (KeyRange range : List.of(all(), KeyRange.single(utf8("a")))) {
            Log log = new Log();
            ReplicatedKv.Watch watch = machine.kv.watch(new WatchRequest(range, 0, false), log);
            watch.cancel();
            watch.cancel();
            machine.put("a", "1");
            assertEquals(List.of(), log.lines);
        }
    }

    @Test
    void aListenerMayCancelItselfAndOpenAnother() {
        AtomicReference<ReplicatedKv.Watch> own = new AtomicReference<>();
        Log second = new Log();
        Log first =
                new Log() {
                    @Override
                    public void onEvents(long revision, List<Event> events) {
                        super.onEvents(revision, events);
                        own.get().cancel();
                        machine.kv.watch(new WatchRequest(all(), revision, false), second);
                    }
                };
        own.set(machine.kv.watch(new WatchRequest(all(), 0, false), first));
        machine.put("a", "1");
        machine.put("a", "2");
        assertEquals(List.of("2: a=1"), first.lines);
        assertEquals(List.of("2: a=1", "3: a=2"), second.lines);
    }

    @Test
    void aListenerReadsTheRevisionItIsToldOf() {
        List<Long> seen = new ArrayList<>();
        Log log =
                new Log() {
                    @Override
                    public void onEvents(long revision, List<Event> events) {
                        seen.add(machine.get("a").modRevision());
                    }
                };
        machine.kv.watch(new WatchRequest(all(), 0, false), log);
        machine.put("a", "1");
        machine.put("a", "2");
        assertEquals(List.of(2L, 3L), seen);
    }

    @Test
    void aSnapshotIsCaughtUpWithFromTheNextRevision() {
        Machine leader = new Machine();
        leader.put("a", "1"); // 2
        machine.put("a", "1"); // 2
        Log now = watch(all(), 0, true);
        Log past = watch(KeyRange.single(utf8("a")), 1, true);
        Log future = watch(all(), 5, true);
        Log farFuture = watch(all(), 8, true);
        leader.put("b", "1"); // 3
        leader.put("a", "2"); // 4
        leader.put("a", "3"); // 5
        leader.delete("b"); // 6
        machine.kv.install(dump(leader.store).iterator(), leader.store.applied());
        assertEquals(List.of("3: b=1", "4: a=2(1)", "5: a=3(2)", "6: -b(1)"), now.lines);
        assertEquals(List.of("2: a=1", "4: a=2(1)", "5: a=3(2)"), past.lines);
        assertEquals(List.of("5: a=3(2)", "6: -b(1)"), future.lines);
        for (int i = 0; i < 4; i++) {
            machine.nextIndex();
        }
        machine.put("c", "1"); // 7
        machine.put("c", "2"); // 8
        assertEquals("8: c=2(1)", now.lines.get(5));
        assertEquals(List.of("8: c=2(1)"), farFuture.lines);
    }

    @Test
    void aSnapshotWithoutTheNextRevisionEndsTheWatch() {
        Machine leader = new Machine();
        for (int i = 0; i < 10; i++) {
            leader.put("a", "v" + i); // 2 … 11
        }
        leader.compact(9);
        leader.sweep();
        Log now = watch(all(), 0, true);
        Log late = watch(KeyRange.single(utf8("a")), 9, true);
        Log later = watch(all(), 12, true);
        machine.kv.install(dump(leader.store).iterator(), leader.store.applied());
        assertEquals(List.of("compacted 9"), now.lines);
        assertEquals(List.of("9: a=v7", "10: a=v8(v7)", "11: a=v9(v8)"), late.lines);
        for (int i = 0; i < 11; i++) {
            machine.nextIndex();
        }
        machine.put("a", "new");
        assertEquals(List.of("12: a=new(v9)"), later.lines);
        assertEquals(1, now.lines.size());
    }
}
