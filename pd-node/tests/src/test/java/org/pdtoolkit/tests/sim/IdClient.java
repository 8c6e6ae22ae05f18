package org.pdtoolkit.tests.sim;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Asks for ids, which nobody may get twice. */
final class IdClient extends Client {
    /** Last id of each answer, with its first. */
    private final TreeMap<Long, Long> given;

    IdClient(World world, List<Node> nodes, TreeMap<Long, Long> given) {
        super(world, nodes, 200 * World.MILLI);
        this.given = given;
    }

    @Override
    protected void next(Node target) {
        int count = (int) world.between(1, 800);
        this.<Long>call(
                target,
                () -> target.driver().allocateIds(count),
                (last, failure) -> {
                    if (failure == null) {
                        note(last - count + 1, last);
                    }
                    again();
                });
    }

    private void note(long first, long last) {
        Map.Entry<Long, Long> below = given.floorEntry(last);
        Map.Entry<Long, Long> above = given.ceilingEntry(first);
        boolean overlaps =
                (below != null && below.getKey() >= first)
                        || (above != null && above.getValue() <= last);
        world.check(first > 0 && !overlaps, "ids given out twice: " + first + ".." + last);
        given.put(last, first);
    }
}
