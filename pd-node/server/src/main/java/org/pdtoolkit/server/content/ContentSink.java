package org.pdtoolkit.server.content;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.OrderedStore.Pair;
import org.pdtoolkit.storage.Space;

/**
 * Takes everything that a storage holds, in this order: {@link #log} once, each {@link #entry},
 * {@link #state} once, each {@link #pair} by space and key, {@link #snapshot} if there is one with
 * its {@link #snapshotBytes}, {@link #end}. Thread: one.
 */
public interface ContentSink {
    /**
     * What a log holds besides its entries.
     *
     * @param metadata identity, empty in a new log
     */
    record LogHead(Optional<Bytes> metadata, HardState hard, long baseIndex, long baseTerm) {}

    void log(LogHead head) throws IOException;

    /** The next entry; the first one follows the base. */
    void entry(LogRecord entry) throws IOException;

    void state(AppliedState applied) throws IOException;

    void pair(Space space, Pair pair) throws IOException;

    /** The latest snapshot; older ones are not part of the content. */
    void snapshot(long index, long term) throws IOException;

    /**
     * The next bytes of the snapshot: the first {@code length} of {@code piece}, which is reused.
     */
    void snapshotBytes(byte[] piece, int length) throws IOException;

    void end() throws IOException;

    /** Hands everything to several, in their order. */
    static ContentSink all(ContentSink... sinks) {
        List<ContentSink> targets = List.of(sinks);
        return new ContentSink() {
            @Override
            public void log(LogHead head) throws IOException {
                for (ContentSink target : targets) {
                    target.log(head);
                }
            }

            @Override
            public void entry(LogRecord entry) throws IOException {
                for (ContentSink target : targets) {
                    target.entry(entry);
                }
            }

            @Override
            public void state(AppliedState applied) throws IOException {
                for (ContentSink target : targets) {
                    target.state(applied);
                }
            }

            @Override
            public void pair(Space space, Pair pair) throws IOException {
                for (ContentSink target : targets) {
                    target.pair(space, pair);
                }
            }

            @Override
            public void snapshot(long index, long term) throws IOException {
                for (ContentSink target : targets) {
                    target.snapshot(index, term);
                }
            }

            @Override
            public void snapshotBytes(byte[] piece, int length) throws IOException {
                for (ContentSink target : targets) {
                    target.snapshotBytes(piece, length);
                }
            }

            @Override
            public void end() throws IOException {
                for (ContentSink target : targets) {
                    target.end();
                }
            }
        };
    }
}
