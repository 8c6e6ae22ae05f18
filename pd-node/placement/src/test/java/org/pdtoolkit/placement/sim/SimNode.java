package org.pdtoolkit.placement.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.PlacementEvent;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.driver.PlacementDriver;

/**
 * One member: its clocks, its threads as far as they matter, its driver.
 *
 * <p>Three kinds of threads run here: network threads, the consensus thread and the owner. A pause
 * of the process stops them all; a stall stops one call in the middle, wherever it reads the clock,
 * while everything else, of this member too, goes on.
 */
public final class SimNode {
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;
    private static final long TICK_NANOS = 10 * World.MILLI;
    private static final int STALLS_NESTED_MAX = 3;

    public final long id;
    public final String name;
    public final SimView view;
    private final World world;
    private final SimRaft raft;
    private final SimKv kv;
    private final Deque<Runnable> ownerTasks = new ArrayDeque<>();
    private final List<Runnable> deferred = new ArrayList<>();

    /** Everything the driver reported. */
    public final List<PlacementEvent> events = new ArrayList<>();

    /** How unruly the store and the network are for this member, 0 for perfect. */
    public double chaos;

    /** How often a call stalls when it reads the clock. */
    public double stalls;

    public boolean cut;
    public boolean down;
    public boolean loseRenewals;

    /** No request reaches the group; each ends with a timeout. */
    public boolean loseRequests;

    /** Guarded writes take effect and end with an unknown outcome. */
    public boolean loseWriteAnswers;

    /** Delay of guarded writes before they reach the group. */
    public long writeDelayNanos;

    /** Guarded writes end with an unknown outcome and no effect. */
    public boolean refuseWrites;

    public long wallOffsetMillis;
    public double clockRate = 1;
    private long diskStalledUntilNanos;
    private long diskStalledAtLocalNanos;

    private PlacementDriver driver;
    private int pauses;
    private boolean ownerBusy;
    private boolean observing;
    private int runningCalls;
    private int incarnation;
    private int plannedReads;
    private long plannedStallNanos;

    SimNode(World world, SimStore store, SimRaft raft, long id) {
        this.world = world;
        this.raft = raft;
        this.id = id;
        this.name = "pd" + id;
        this.view = new SimView(raft, this);
        this.kv = new SimKv(world, store, raft, this);
        boot();
    }

    public PlacementDriver driver() {
        return driver;
    }

    public Member member() {
        List<String> urls = List.of("http://" + name);
        return new Member(id, name, urls, urls, false);
    }

    public static Bytes memberValue(long id) {
        return Bytes.utf8("member " + id);
    }

    static OptionalLong memberIdOf(Bytes value) {
        String text = value.toUtf8();
        return text.startsWith("member ")
                ? OptionalLong.of(Long.parseLong(text.substring(7)))
                : OptionalLong.empty();
    }

    private void boot() {
        int mine = ++incarnation;
        ownerTasks.clear();
        PlacementConfig config =
                new PlacementConfig(
                        PlacementConfig.DEFAULT_LEASE_SECONDS,
                        PlacementConfig.DEFAULT_TSO_SAVE_INTERVAL_MILLIS,
                        PlacementConfig.DEFAULT_TSO_UPDATE_INTERVAL_MILLIS,
                        PlacementConfig.DEFAULT_LEADER_PRIORITY_CHECK_MILLIS,
                        memberValue(id),
                        SimNode::memberIdOf,
                        "/deploy/" + name,
                        "1.0",
                        "abc",
                        world.random::nextLong);
        TimeSource time =
                new TimeSource() {
                    @Override
                    public long monotonicNanos() {
                        maybeStall();
                        return monotonic();
                    }

                    @Override
                    public long wallMillis() {
                        return wall();
                    }
                };
        driver =
                new PlacementDriver(
                        config,
                        kv,
                        view,
                        time,
                        task -> {
                            if (mine == incarnation) {
                                ownerTasks.add(task);
                                world.at(chaos > 0 ? world.between(0, 100_000) : 0, this::runOwner);
                            }
                        },
                        event -> {
                            if (mine == incarnation) {
                                events.add(event);
                            }
                        });
        driver.start();
        world.at(world.between(0, TICK_NANOS), () -> tick(mine));
    }

    private void tick(int mine) {
        if (mine != incarnation) {
            return;
        }
        world.at(TICK_NANOS, () -> tick(mine));
        if (!paused() && !ownerBusy) {
            asOwner(driver::tick);
            runOwner();
        }
    }

    private void runOwner() {
        while (!ownerTasks.isEmpty() && !ownerBusy && !paused()) {
            asOwner(ownerTasks.poll());
        }
    }

    private void asOwner(Runnable task) {
        ownerBusy = true;
        runningCalls++;
        task.run();
        runningCalls--;
        ownerBusy = false;
    }

    /** Runs {@code call} as a network thread of this member would. */
    public <T> T call(Supplier<T> call) {
        runningCalls++;
        try {
            return call.get();
        } finally {
            runningCalls--;
        }
    }

    /** Looks at the driver without any chance of a stall. */
    public boolean serving() {
        observing = true;
        boolean serving = driver.serving();
        observing = false;
        return serving;
    }

    long monotonic() {
        return (long) (world.now() * clockRate) + id * 1_000 * World.SECOND;
    }

    public long wall() {
        return WALL_START_MILLIS + world.now() / World.MILLI + wallOffsetMillis;
    }

    long diskDeadline() {
        boolean stalled = world.now() < diskStalledUntilNanos;
        return (stalled ? diskStalledAtLocalNanos : monotonic()) + SimRaft.DISK_BOUND_NANOS;
    }

    public void stallDisk(long nanos) {
        diskStalledAtLocalNanos = monotonic();
        diskStalledUntilNanos = world.now() + nanos;
    }

    public boolean paused() {
        return pauses > 0;
    }

    /** Stops the whole process for a while. */
    public void pause(long nanos) {
        pauses++;
        world.at(nanos, this::resume);
    }

    private void resume() {
        pauses--;
        if (paused()) {
            return;
        }
        // Threads wake in any order: some act on what they saw before the pause.
        world.at(
                chaos > 0 ? world.between(0, 20 * World.MILLI) : 0,
                () -> {
                    if (!paused()) {
                        List<Runnable> missed = List.copyOf(deferred);
                        deferred.clear();
                        missed.forEach(Runnable::run);
                    }
                });
        world.at(0, this::runOwner);
    }

    /** Stops the owner thread only. */
    public void stallOwner(long nanos) {
        if (!ownerBusy && !paused()) {
            asOwner(() -> world.runFor(nanos));
            runOwner();
        }
    }

    /** Stalls the {@code reads}-th reading of the clock from now on, 1 for the next. */
    public void stallAtClockRead(int reads, long nanos) {
        plannedReads = reads;
        plannedStallNanos = nanos;
    }

    private void maybeStall() {
        if (!observing && plannedReads > 0 && --plannedReads == 0) {
            world.runFor(plannedStallNanos);
        }
        if (observing || world.depth() > STALLS_NESTED_MAX || !world.chance(stalls)) {
            return;
        }
        long nanos = world.between(World.MILLI, 1L << world.random.nextInt(21, 34));
        if (world.chance(0.5)) {
            pauses++;
            world.runFor(nanos);
            resume();
        } else {
            world.runFor(nanos);
        }
    }

    void onConsensus(Runnable task) {
        int mine = incarnation;
        onNetwork(
                () -> {
                    if (mine == incarnation) {
                        task.run();
                    }
                });
    }

    void onNetwork(Runnable task) {
        if (down) {
            return;
        }
        if (paused() || !deferred.isEmpty()) {
            deferred.add(task);
        } else {
            task.run();
        }
    }

    /** Ends the process unless a call of it is on the stack of the simulation. */
    public boolean crash() {
        if (runningCalls > 0 || down || paused()) {
            return false;
        }
        incarnation++;
        down = true;
        deferred.clear();
        ownerTasks.clear();
        raft.gone(this);
        view.restarted(view.term());
        return true;
    }

    public void restart() {
        if (down) {
            down = false;
            boot();
        }
    }

    @Override
    public String toString() {
        return name
                + (raft.leader() == this ? " raft-leader" : "")
                + (down ? " down" : "")
                + (paused() ? " paused" : "")
                + (cut ? " cut" : "")
                + (ownerBusy ? " owner-busy" : "")
                + (view.leading() ? " leading" : "")
                + " term="
                + view.term()
                + " serving="
                + serving();
    }
}
