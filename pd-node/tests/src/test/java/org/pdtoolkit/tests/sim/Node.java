package org.pdtoolkit.tests.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.driver.PlacementDriver;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.server.runtime.Environment;
import org.pdtoolkit.server.runtime.MemberRemovedException;
import org.pdtoolkit.server.runtime.NodeOptions;
import org.pdtoolkit.server.runtime.NodeRuntime;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.server.runtime.Worker;
import org.pdtoolkit.server.runtime.Workers;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.server.transport.PeerHandler;
import org.pdtoolkit.server.transport.PeerIdentity;
import org.pdtoolkit.server.transport.PeerNetwork;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;

/**
 * One member. Real: everything from {@link NodeRuntime} and {@link PlacementDriver} down to the
 * bytes that the storage writes. Simulated: the environment that they get.
 *
 * <p>A member has several <em>lives</em>, one for each start of its process. Whatever belongs to an
 * earlier life is ignored, or ends by {@link Killed} when it comes back from a blocking call.
 */
final class Node {
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;
    private static final long PLACEMENT_TICK = 10 * World.MILLI;

    /** Ends what was under way when the process died. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** A worker of the running life. */
    private static final class Slot {
        private final Worker worker;
        private boolean scheduled;
        private boolean busy;

        Slot(Worker worker) {
            this.worker = worker;
        }
    }

    final int number;
    final String name;
    private final ColdStart coldStart;
    final SimulationOptions options;
    private final World world;
    private final Network network;
    private final Invariants invariants;
    private final List<Slot> slots = new ArrayList<>();
    private final Deque<Runnable> ownerTasks = new ArrayDeque<>();
    private final List<Runnable> deferred = new ArrayList<>();

    PeerHandler handler;
    private SimulatedDisk disk = new SimulatedDisk();
    private NodeRuntime runtime;
    private PlacementDriver driver;
    private int life;
    private long startedAt;
    private boolean running;
    private boolean starting;
    private boolean damaged;
    private boolean lost;
    private boolean ended;
    private int pauses;
    private boolean ownerBusy;
    private boolean observing;

    /** How much faster than true time this member's clock runs. */
    double clockRate = 1;

    long wallOffsetMillis;

    /** Chance that a disk operation takes noticeable time, and at most how long. */
    double slowDisk;

    long slowDiskMax = 1;

    /** When the disk answers again. */
    private long stuckUntil;

    /** Chance that the owner or a caller stalls where it reads the clock. */
    double stalls;

    Node(
            World world,
            Network network,
            Invariants invariants,
            SimulationOptions options,
            int number,
            String name,
            ColdStart coldStart) {
        this.world = world;
        this.network = network;
        this.invariants = invariants;
        this.options = options;
        this.number = number;
        this.name = name;
        this.coldStart = coldStart;
    }

    int life() {
        return life;
    }

    /** When its process began. */
    long startedAt() {
        return startedAt;
    }

    boolean isRunning() {
        return running && !starting;
    }

    boolean isPaused() {
        return pauses > 0;
    }

    /** Whether it refused to start on a damaged disk: out for good. */
    boolean isLost() {
        return lost;
    }

    /** Whether it was told that it was removed, and ended. */
    boolean hasEnded() {
        return ended;
    }

    boolean isDamaged() {
        return damaged;
    }

    /** Id in the group; 0 for a founder that has not started yet. */
    long memberId() {
        long joining = coldStart instanceof Newcomer newcomer ? newcomer.joining.self().id() : 0;
        return invariants.members().getOrDefault(number, joining);
    }

    NodeRuntime runtime() {
        return runtime;
    }

    /** The store as a client finds it here. */
    ReplicatedKv kv() {
        return options.mutation().clients(runtime.kv());
    }

    PlacementDriver driver() {
        return driver;
    }

    SimulatedDisk disk() {
        return disk;
    }

    /** Whether it would give out a timestamp now. */
    boolean serving() {
        if (!isRunning() || isPaused()) {
            return false;
        }
        observing = true;
        boolean serving = driver.serving();
        observing = false;
        return serving;
    }

    // ---- start and end of a life --------------------------------------------------------------

    void start() {
        if (running || lost) {
            return;
        }
        int mine = ++life;
        running = true;
        starting = true;
        startedAt = world.now();
        try {
            Environment environment = new SimulatedEnvironment();
            runtime =
                    NodeRuntime.open(
                            options.nodeOptions(number, name, disk.path("/data")),
                            coldStart,
                            failure -> fail(mine, failure),
                            environment);
            driver = placement(mine);
            runtime.incarnation(driver::clusterId);
            invariants.onStart(this);
            runtime.start();
            ended = false;
            driver.start();
            world.at(PLACEMENT_TICK, "placement", () -> placementTick(mine));
            pokeWorkers();
        } catch (RuntimeException | Error | java.net.BindException e) {
            fail(mine, e);
        }
        starting = false;
        checkPower();
    }

    private PlacementDriver placement(int mine) {
        long memberId = runtime.consensus().memberId();
        PlacementConfig config =
                new PlacementConfig(
                        PlacementConfig.DEFAULT_LEASE_SECONDS,
                        PlacementConfig.DEFAULT_TSO_SAVE_INTERVAL_MILLIS,
                        PlacementConfig.DEFAULT_TSO_UPDATE_INTERVAL_MILLIS,
                        PlacementConfig.DEFAULT_LEADER_PRIORITY_CHECK_MILLIS / 10,
                        Bytes.ofLong(memberId),
                        value -> OptionalLong.of(value.toLong()),
                        "/deploy/" + name,
                        "1",
                        "",
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
                        return Node.this.wallMillis();
                    }
                };
        return new PlacementDriver(
                config,
                options.mutation().placement(runtime.kv()),
                options.mutation().placement(runtime.consensus()),
                time,
                task -> own(mine, task),
                event -> {});
    }

    /** The process ends at once; what it wrote without forcing is still there. */
    void kill() {
        if (running) {
            world.count("fault.kill");
            end(disk.afterKill());
        }
    }

    /** The machine ends at once; of what was not forced, anything may be there. */
    void losePower() {
        if (running) {
            world.count("fault.power loss");
            end(disk.afterPowerLoss(survivors(), world.random.nextLong()));
        }
    }

    private SimulatedDisk.Survivors survivors() {
        SimulatedDisk.Survivors[] all = SimulatedDisk.Survivors.values();
        return all[world.random.nextInt(all.length)];
    }

    /** Loses power in the middle of a step of the disk soon. */
    void losePowerSoon() {
        disk.losePowerAt(disk.steps() + 1 + world.random.nextInt(30));
    }

    private void end(SimulatedDisk left) {
        disk = left;
        life++;
        running = false;
        pauses = 0;
        slots.clear();
        ownerTasks.clear();
        ownerBusy = false;
        deferred.clear();
        stuckUntil = 0;
        invariants.onEnd(this);
    }

    private void fail(int mine, Throwable failure) {
        if (mine != life || failure instanceof Killed || disk.lostPower()) {
            return;
        }
        if (failure instanceof AssertionError broken) {
            throw broken;
        }
        if (failure instanceof MemberRemovedException) {
            world.check(invariants.history().isRemoved(memberId()), name + " was not removed");
            world.count("node.ended, being removed");
            ended = true;
            end(disk.afterKill());
            return;
        }
        boolean explained =
                failure instanceof StorageException.Failed
                        || failure instanceof StorageException.Full
                        || (damaged
                                && (failure instanceof StorageException
                                        || failure instanceof NodeStartException));
        if (!explained) {
            AssertionError error = world.violation(name + " gave up: " + failure);
            error.initCause(failure);
            throw error;
        }
        if (damaged) {
            world.count("node.refused its damaged disk");
            lost = true;
        } else {
            world.count("node.gave up on a disk error");
        }
        end(disk.afterKill());
    }

    /** Ends this life if its disk has lost power in whatever was just called. */
    private void checkPower() {
        if (running && disk.lostPower()) {
            world.count("fault.power loss in a disk step");
            end(disk.afterPowerLoss(survivors(), world.random.nextLong()));
        }
    }

    /** Flips one bit on the media of a member that is down. */
    void damage() {
        List<Map.Entry<java.nio.file.Path, Integer>> files =
                disk.files().entrySet().stream()
                        .filter(file -> file.getValue() > 0 && isData(file.getKey()))
                        .toList();
        if (!files.isEmpty()) {
            world.count("fault.damaged record");
            Map.Entry<java.nio.file.Path, Integer> file =
                    files.get(world.random.nextInt(files.size()));
            disk.flip(
                    file.getKey(),
                    world.random.nextInt(file.getValue()),
                    world.random.nextInt(Byte.SIZE));
            damaged = true;
        }
    }

    private static boolean isData(java.nio.file.Path file) {
        String text = file.toString();
        return text.endsWith(".log") || text.endsWith(".state");
    }

    // ---- running ------------------------------------------------------------------------------

    /** Lets another thread of this life, of the network or a timer, do something. */
    void enter(int mine, Runnable task) {
        if (mine != life || !isRunning()) {
            return;
        }
        if (isPaused() || !deferred.isEmpty()) {
            deferred.add(() -> enter(mine, task));
            return;
        }
        call(mine, task);
    }

    private void call(int mine, Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            fail(mine, e);
        }
        if (mine == life) {
            checkPower();
            pokeWorkers();
        }
    }

    /**
     * Meets the others every so often, and hears from those who know that it was removed. Their old
     * connections may last.
     */
    void greet(long period) {
        world.at(
                world.between(period / 2, period),
                "greeting",
                () -> {
                    arrive(() -> network.greet(this));
                    greet(period);
                });
    }

    /** It answers what was asked at {@code asked} in the name of the group. */
    void answers(long asked) {
        invariants.history().checkMayAnswer(this, asked);
    }

    /** Something comes in from outside; without a life it is lost. */
    void arrive(Runnable task) {
        enter(life, task);
    }

    private void pokeWorkers() {
        int mine = life;
        for (Slot slot : slots) {
            if (!slot.scheduled && !slot.busy && !isPaused() && slot.worker.hasWork()) {
                slot.scheduled = true;
                long delay = world.between(1_000, 50 * World.MICRO);
                world.at(delay, "worker", () -> turn(mine, slot));
            }
        }
    }

    private void turn(int mine, Slot slot) {
        slot.scheduled = false;
        if (mine != life || slot.busy || isPaused()) {
            return;
        }
        slot.busy = true;
        call(
                mine,
                () -> {
                    slot.worker.turn();
                    slot.busy = false;
                });
    }

    private void every(int mine, long nanos, Runnable task) {
        world.at(
                nanos,
                "timer",
                () -> {
                    if (mine == life) {
                        if (!isPaused()) {
                            call(mine, task);
                        }
                        every(mine, nanos, task);
                    }
                });
    }

    private void own(int mine, Runnable task) {
        if (mine == life) {
            ownerTasks.add(task);
            world.at(world.between(0, 20 * World.MICRO), "owner", () -> runOwner(mine));
        }
    }

    private void runOwner(int mine) {
        while (mine == life && !ownerTasks.isEmpty() && !ownerBusy && !isPaused()) {
            asOwner(mine, ownerTasks.poll());
        }
    }

    private void asOwner(int mine, Runnable task) {
        ownerBusy = true;
        call(
                mine,
                () -> {
                    task.run();
                    ownerBusy = false;
                });
    }

    private void placementTick(int mine) {
        if (mine != life) {
            return;
        }
        world.at(PLACEMENT_TICK, "placement", () -> placementTick(mine));
        if (!ownerBusy && !isPaused()) {
            asOwner(mine, driver::tick);
            runOwner(mine);
        }
    }

    // ---- time ---------------------------------------------------------------------------------

    private long monotonic() {
        return (long) (world.now() * clockRate) + number * 1_000 * World.SECOND;
    }

    long wallMillis() {
        return WALL_START_MILLIS + world.now() / World.MILLI + wallOffsetMillis;
    }

    /** Stops the whole process for a while. */
    void pause(long nanos) {
        int mine = life;
        pauses++;
        world.at(
                nanos,
                "resume",
                () -> {
                    if (mine == life && --pauses == 0) {
                        resume(mine);
                    }
                });
    }

    private void resume(int mine) {
        List<Runnable> missed = List.copyOf(deferred);
        deferred.clear();
        missed.forEach(Runnable::run);
        if (mine == life) {
            pokeWorkers();
            runOwner(mine);
        }
    }

    /** Blocks the caller, a thread of this member, for {@code nanos}. */
    private void block(long nanos) {
        int mine = life;
        if (nanos > 0 && world.mayBlock() && !starting) {
            world.runFor(nanos);
            while (mine == life && isPaused()) {
                world.runFor(World.MILLI);
            }
        }
        if (mine != life) {
            throw new Killed();
        }
    }

    /** Blocks the caller for as long as one operation of the disk takes. */
    void diskTakesTime() {
        if (stuckUntil > world.now()) {
            block(stuckUntil - world.now());
        } else if (slowDisk > 0 && world.chance(slowDisk)) {
            block(world.magnitude(World.MICRO, slowDiskMax));
        }
    }

    void stickDisk(long nanos) {
        stuckUntil = world.now() + nanos;
    }

    private void maybeStall() {
        if (!observing && stalls > 0 && world.chance(stalls)) {
            world.count("fault.stalled thread");
            block(world.magnitude(World.MILLI, 8 * World.SECOND));
        }
    }

    /** The start of a member that was added. */
    record Newcomer(Joining joining) implements ColdStart {
        @Override
        public Origin origin() {
            return joining;
        }
    }

    private final class SimulatedEnvironment implements Environment, Workers {
        private final int mine = life;

        @Override
        public long monotonicNanos() {
            return monotonic();
        }

        @Override
        public long wallMillis() {
            return Node.this.wallMillis();
        }

        @Override
        public long seed() {
            return world.random.nextLong();
        }

        @Override
        public Storage openStorage(NodeOptions node) {
            StorageChoice choice = node.storage();
            Storage opened = options.provider().open(node.dataDir(), choice.options());
            return ObservedStorage.of(Node.this, options.mutation().storage(opened), invariants);
        }

        @Override
        public PeerNetwork network(PeerIdentity self, PeerHandler peers, NodeOptions node) {
            return network.port(Node.this, self.memberId(), peers);
        }

        @Override
        public Workers workers() {
            return this;
        }

        @Override
        public Runnable start(String worker, Worker work) {
            slots.add(new Slot(work));
            return () -> {};
        }

        @Override
        public void every(int millis, Runnable task) {
            // Timers of different members must not beat in unison.
            world.at(
                    world.between(0, millis * World.MILLI),
                    "timers start",
                    () -> Node.this.every(mine, millis * World.MILLI, task));
        }

        @Override
        public void stopTimer() {
            // A life ends by a kill.
        }

        @Override
        public void await(CompletableFuture<?> done) {
            while (!done.isDone()) {
                if (slots.stream().filter(slot -> slot.busy).count() > 1 || !world.mayBlock()) {
                    // The other one waits further down this stack: only a crash undoes the knot.
                    world.count("fault.kill in a knot");
                    end(disk.afterKill());
                    throw new Killed();
                }
                block(World.MICRO * 10);
            }
        }
    }

    @Override
    public String toString() {
        return name
                + (running ? "" : " down")
                + (lost ? " lost" : "")
                + (ended ? " ended" : "")
                + (isPaused() ? " paused" : "")
                + (running
                        ? " applied="
                                + runtime.appliedIndex()
                                + " term="
                                + runtime.consensus().term()
                                + " leads="
                                + runtime.consensus().leading()
                                + " serving="
                                + serving()
                        : "");
    }
}
