package org.pdtoolkit.placement.election;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;

/**
 * Watches one key for the owner thread. Nothing arrives after a close, not even what was already on
 * its way.
 *
 * <p>Thread: owner.
 */
public final class KeyWatch {
    private final OwnedKv kv;
    private final Bytes key;
    private final Consumer<WatchListener.Event> changed;
    private final LongConsumer compacted;

    private ReplicatedKv.Watch open = () -> {};

    /** Names the open watch; news of any other is dropped. */
    private long generation;

    /**
     * @param compacted told that the watch is over because its next revision is gone
     */
    public KeyWatch(
            OwnedKv kv, Bytes key, Consumer<WatchListener.Event> changed, LongConsumer compacted) {
        this.kv = kv;
        this.key = key;
        this.changed = changed;
        this.compacted = compacted;
    }

    /** Replaces what is open; {@code fromRevision} 0 is from now on. */
    public void open(long fromRevision) {
        close();
        long mine = generation;
        open =
                kv.watch(
                        new WatchRequest(KeyRange.single(key), fromRevision, false),
                        new WatchListener() {
                            @Override
                            public void onEvents(long revision, List<Event> events) {
                                for (Event event : events) {
                                    if (mine == generation) {
                                        changed.accept(event);
                                    }
                                }
                            }

                            @Override
                            public void onCompacted(long compactRevision) {
                                if (mine == generation) {
                                    compacted.accept(compactRevision);
                                }
                            }
                        });
    }

    public void close() {
        generation++;
        open.cancel();
        open = () -> {};
    }
}
