package org.pdtoolkit.tests.sim;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * Watches every key, at one member after the other, each time from where the last one ended: it
 * must see each revision once, in order, and what every other watcher sees there.
 */
final class Watcher {
    private final World world;
    private final List<Node> nodes;
    private final Map<Long, String> seenByAll;
    private long last;
    private boolean skipping = true;
    private Node node;
    private int life;

    Watcher(World world, List<Node> nodes, Map<Long, String> seenByAll) {
        this.world = world;
        this.nodes = nodes;
        this.seenByAll = seenByAll;
    }

    static Map<Long, String> newLog() {
        return new TreeMap<>();
    }

    /** Last revision seen. */
    long last() {
        return last;
    }

    void start() {
        world.at(world.between(World.MILLI, World.SECOND), "watcher", this::look);
    }

    private void look() {
        boolean lost = node == null || node.life() != life;
        if (lost) {
            node = nodes.get(world.random.nextInt(nodes.size()));
            life = node.life();
            if (node.isRunning() && !node.isPaused()) {
                node.arrive(this::open);
            } else {
                node = null;
            }
        }
        start();
    }

    private void open() {
        int mine = node.life();
        node.runtime()
                .machine()
                .watch(
                        new WatchRequest(KeyRange.prefix(Bytes.EMPTY), last + 1, false),
                        new WatchListener() {
                            @Override
                            public void onEvents(long revision, List<Event> events) {
                                if (node != null && mine == node.life() && mine == life) {
                                    note(events);
                                }
                            }

                            @Override
                            public void onCompacted(long compactRevision) {
                                last = Math.max(last, compactRevision);
                                skipping = true;
                                node = null;
                            }
                        });
    }

    private void note(List<WatchListener.Event> events) {
        Map<Long, StringBuilder> texts = new TreeMap<>();
        for (WatchListener.Event event : events) {
            texts.computeIfAbsent(event.pair().modRevision(), revision -> new StringBuilder())
                    .append(event.type())
                    .append(event.pair().key().toUtf8())
                    .append('=')
                    .append(event.pair().value().toHex())
                    .append(' ');
        }
        texts.forEach((revision, text) -> note(revision, text.toString()));
    }

    private void note(long revision, String text) {
        boolean fits = skipping ? revision > last : revision == last + 1;
        world.check(fits, "watch at " + node.name + " shows " + revision + " behind " + last);
        skipping = false;
        last = revision;
        String known = seenByAll.putIfAbsent(revision, text);
        world.check(
                known == null || known.equals(text),
                "watches differ in revision " + revision + ": " + known + " and " + text);
        world.trace(text.hashCode());
    }
}
