package org.pdtoolkit.placement;

/** Takes what the placement layer would log. Thread: the owner thread; must not block. */
@FunctionalInterface
public interface EventSink {
    void accept(PlacementEvent event);
}
