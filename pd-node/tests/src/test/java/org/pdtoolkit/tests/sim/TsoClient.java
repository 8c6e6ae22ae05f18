package org.pdtoolkit.tests.sim;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.tests.check.TsoHistory;

/** Asks for timestamps. */
final class TsoClient extends Client {
    private final TsoHistory history = new TsoHistory();

    TsoClient(World world, List<Node> nodes) {
        super(world, nodes, 20 * World.MILLI);
    }

    TsoHistory history() {
        return history;
    }

    @Override
    protected void next(Node asked) {
        Node target =
                world.chance(0.8)
                        ? nodes.stream().filter(Node::serving).findFirst().orElse(asked)
                        : asked;
        long start = world.now();
        long count = world.between(1, world.chance(0.05) ? 1 << 18 : 10);
        this.<Long>call(
                target,
                () -> allocate(target, count),
                (last, failure) -> {
                    if (failure == null) {
                        history.add(start, world.now(), last - count + 1, last);
                    }
                    again();
                });
    }

    private static CompletableFuture<Long> allocate(Node target, long count) {
        try {
            return CompletableFuture.completedFuture(target.driver().allocateTimestamps(count));
        } catch (PlacementException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }
}
