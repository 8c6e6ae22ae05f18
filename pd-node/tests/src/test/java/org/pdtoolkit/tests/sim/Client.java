package org.pdtoolkit.tests.sim;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;

/** Somebody who asks one thing after the other, of whichever member answers. */
abstract class Client {
    private static final long PATIENCE = 2 * World.SECOND;
    private static final long DELAY_MAX = 2 * World.MILLI;
    private static final double WANDERS = 0.1;

    protected final World world;
    protected final List<Node> nodes;
    private final long pause;
    private Node node;
    private boolean stopped;

    /**
     * @param pause longest time between an answer and the next request
     */
    Client(World world, List<Node> nodes, long pause) {
        this.world = world;
        this.nodes = nodes;
        this.pause = pause;
        this.node = anyNode();
    }

    private Node anyNode() {
        return nodes.get(world.random.nextInt(nodes.size()));
    }

    void start() {
        stopped = false;
        again();
    }

    void stop() {
        stopped = true;
    }

    /** Sends the next request; its outcome must lead to {@link #again}. */
    protected abstract void next(Node target);

    protected final void again() {
        world.at(
                world.between(World.MILLI / 10, pause),
                "client",
                () -> {
                    if (!stopped) {
                        if (world.chance(WANDERS)) {
                            node = anyNode();
                        }
                        next(node);
                    }
                });
    }

    /** Calls a member over a network that delays only. */
    protected final <T> void call(
            Node target, Supplier<CompletableFuture<T>> request, BiConsumer<T, Throwable> outcome) {
        boolean[] over = {false};
        BiConsumer<T, Throwable> once =
                (result, failure) -> {
                    if (!over[0]) {
                        over[0] = true;
                        if (failure != null) {
                            node = anyNode();
                        }
                        outcome.accept(result, failure == null ? null : cause(failure));
                    }
                };
        long asked = world.now();
        world.at(delay(), "request", () -> target.arrive(() -> send(target, request, asked, once)));
        world.at(
                PATIENCE,
                "patience",
                () -> once.accept(null, new IllegalStateException("no answer")));
    }

    private <T> void send(
            Node target,
            Supplier<CompletableFuture<T>> request,
            long asked,
            BiConsumer<T, Throwable> outcome) {
        int life = target.life();
        var unused =
                request.get()
                        .whenComplete(
                                (result, failure) -> {
                                    if (life == target.life()) {
                                        if (failure == null) {
                                            target.answers(asked);
                                        }
                                        world.at(
                                                delay(),
                                                "answer",
                                                () -> outcome.accept(result, failure));
                                    }
                                });
    }

    private long delay() {
        return world.between(World.MICRO, DELAY_MAX);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }

    /** Whether a request that failed so may have taken effect, or still will. */
    protected final boolean outcomeUnknown(Throwable failure) {
        if (failure instanceof KvException refused) {
            return refused.error().outcomeUnknown();
        }
        if (failure instanceof PlacementException refused) {
            return refused.error() == PlacementError.STORE;
        }
        return true;
    }
}
