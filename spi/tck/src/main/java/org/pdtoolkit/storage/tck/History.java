package org.pdtoolkit.storage.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/**
 * A list of calls on a storage, and what the reference backend answers after each of them.
 *
 * <p>Deterministic: the same seed and length give the same calls.
 */
public final class History {
    /** One call of the history; reopening is a step too. */
    record Step(String name, boolean makesStateDurable, Call call) {}

    interface Call {
        void run(Storage storage);
    }

    private static final Call REOPEN = storage -> {};

    private final List<Step> steps;
    private final List<Picture> pictures = new ArrayList<>();

    private History(List<Step> steps) {
        this.steps = steps;
        MemoryStorageProvider reference = new MemoryStorageProvider();
        try (Storage storage = reference.open(Path.of("reference"), Map.of())) {
            pictures.add(Picture.of(storage));
            for (Step step : steps) {
                step.call().run(storage);
                pictures.add(Picture.of(storage));
            }
        }
    }

    /** Makes all calls on a new storage, without reopening it. */
    public void runOn(Storage storage) {
        steps.forEach(step -> step.call().run(storage));
    }

    int length() {
        return steps.size();
    }

    Step step(int number) {
        return steps.get(number);
    }

    static boolean reopens(Step step) {
        return step.call() == REOPEN;
    }

    /** What is answered after the first {@code count} steps. */
    Picture after(int count) {
        return pictures.get(count);
    }

    /**
     * The fewest steps whose effect on the ordered store is durable once {@code count} are done.
     */
    int durableStateAfter(int count) {
        for (int done = count; done > 0; done--) {
            if (steps.get(done - 1).makesStateDurable()) {
                return done;
            }
        }
        return 0;
    }

    /** Nothing but opening and closing. */
    static History none() {
        return new History(List.of());
    }

    /** One of each kind of call, with little data. */
    static History brief() {
        Builder builder = new Builder(new Random(1));
        builder.addInitialize();
        builder.addAppend(1);
        builder.addAppend(2);
        builder.addCompact();
        builder.addCommit();
        builder.addSnapshot(700);
        builder.addReplace();
        builder.addCommit();
        builder.addReclaim();
        builder.addHardState();
        return new History(builder.steps);
    }

    /** A history that visits every kind of call, after its first step in random order. */
    public static History random(long seed, int length) {
        Builder builder = new Builder(new Random(seed));
        builder.addInitialize();
        while (builder.steps.size() < length) {
            builder.addRandom();
        }
        builder.add("reopen", true, REOPEN);
        return new History(builder.steps);
    }

    /** Tracks just enough to make valid calls. */
    private static final class Builder {
        private final List<Step> steps = new ArrayList<>();
        private final Random random;
        private long term = 1;
        private long base;
        private long last;
        private long applied;
        private long snapshot;

        Builder(Random random) {
            this.random = random;
        }

        void add(String name, boolean durable, Call call) {
            steps.add(new Step(steps.size() + " " + name, durable, call));
        }

        void addInitialize() {
            add("initialize", false, s -> s.log().initialize(KitData.METADATA));
        }

        void addRandom() {
            int dice = random.nextInt(100);
            if (dice < 36) {
                addAppend(last + 1);
            } else if (dice < 42) {
                addAppend(Math.max(base + 1, last - random.nextInt(5)));
            } else if (dice < 45) {
                addHardState();
            } else if (dice < 52) {
                addCompact();
            } else if (dice < 55) {
                addReset();
            } else if (dice < 80) {
                addCommit();
            } else if (dice < 87) {
                addSyncOrReclaim(dice);
            } else if (dice < 90) {
                addReplace();
            } else if (dice < 96) {
                addSnapshot(random.nextInt(3) == 0 ? 70_000 : random.nextInt(3000));
            } else if (dice < 98) {
                int count = random.nextInt(3);
                add("retain " + count, false, s -> s.snapshots().retain(count));
            } else {
                add("reopen", true, REOPEN);
            }
        }

        private void addSyncOrReclaim(int dice) {
            if (dice < 85) {
                add("sync", true, s -> s.ordered().sync());
            } else {
                addReclaim();
            }
        }

        private void addReclaim() {
            add("reclaim", false, s -> s.ordered().reclaim(1 << 10));
        }

        private void addAppend(long first) {
            long until = first + 1 + random.nextInt(4);
            if (first <= last) {
                term++;
            }
            long appendTerm = term;
            int size = random.nextInt(8) == 0 ? 2500 : random.nextInt(400);
            last = until - 1;
            long commit = random.nextInt(100);
            add(
                    "append [" + first + ", " + until + ") x " + size,
                    false,
                    s -> {
                        List<LogRecord> entries = new ArrayList<>();
                        for (long i = first; i < until; i++) {
                            entries.add(KitData.entry(i, appendTerm, size));
                        }
                        s.log().append(KitData.hard(appendTerm, 1, commit), entries);
                    });
        }

        private void addHardState() {
            term++;
            long now = term;
            add("hard state", false, s -> s.log().append(KitData.hard(now, 2, 0), List.of()));
        }

        private void addCompact() {
            base += random.nextInt((int) (last - base) + 1);
            long until = base;
            add("compact " + until, false, s -> s.log().compact(until));
        }

        private void addReset() {
            term++;
            last += random.nextInt(50);
            base = last;
            long index = base;
            long now = term;
            add(
                    "reset " + index,
                    false,
                    s -> {
                        LogStore log = s.log();
                        log.reset(index, now, KitData.hard(now + 1, 0, index));
                    });
        }

        private void addCommit() {
            applied += random.nextInt(3);
            AppliedState state = KitData.applied(applied, term);
            Batch batch = new Batch();
            for (int i = random.nextInt(6); i >= 0; i--) {
                Space space = Space.values()[random.nextInt(3)];
                Bytes key = KitData.key(random.nextInt(12));
                if (random.nextInt(4) == 0) {
                    batch.delete(space, key);
                } else {
                    byte[] value = new byte[random.nextInt(10) == 0 ? 1500 : random.nextInt(200)];
                    random.nextBytes(value);
                    batch.put(space, key, Bytes.wrap(value));
                }
            }
            add("commit " + applied, false, s -> s.ordered().commit(batch, state));
        }

        private void addReplace() {
            applied += random.nextInt(30);
            AppliedState state = KitData.applied(applied, term);
            List<Batch.Write> writes = new ArrayList<>();
            for (int i = random.nextInt(20); i > 0; i--) {
                Space space = random.nextBoolean() ? Space.HISTORY : Space.META;
                byte[] value = new byte[random.nextInt(100)];
                random.nextBytes(value);
                writes.add(new Batch.Write(space, KitData.key(i), Bytes.wrap(value)));
            }
            add(
                    "replace " + applied,
                    true,
                    s -> {
                        OrderedStore store = s.ordered();
                        store.replace(writes.iterator(), state);
                    });
        }

        private void addSnapshot(int bytes) {
            snapshot += 1 + random.nextInt(10);
            long index = snapshot;
            long now = term;
            add(
                    "snapshot " + index + " x " + bytes,
                    false,
                    s -> {
                        try {
                            SnapshotRules.publish(
                                    s.snapshots(), index, now, SnapshotRules.content(index, bytes));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
