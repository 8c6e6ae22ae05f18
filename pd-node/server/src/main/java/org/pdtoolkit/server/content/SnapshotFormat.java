package org.pdtoolkit.server.content;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/**
 * A snapshot of the replicated state, as a client saves it.
 *
 * <pre>
 *  0                          n                      512·k          512·k + 32
 *  +--------------------------+----------------------+--------------+
 *  | content, ContentFormat   | zeros, fewer than 512| SHA-256 (32) |   of everything before it
 *  +--------------------------+----------------------+--------------+
 * </pre>
 *
 * <p>The content has an empty log head, the applied state and configuration of members of its
 * moment, the pairs of {@code HISTORY} and {@code META}, and no snapshot. The padding and the
 * digest behind it are what etcd's clients insist on: the size of the file modulo 512 is 32.
 */
public final class SnapshotFormat {
    public static final int UNIT_BYTES = 512;
    public static final int DIGEST_BYTES = 32;

    /** Spaces that are replicated. */
    public static final List<Space> SPACES = List.of(Space.HISTORY, Space.META);

    private SnapshotFormat() {}

    /** Writes content and padding, in bounded memory; equal views give equal bytes. */
    public static void write(OrderedStore.View view, OutputStream target) throws IOException {
        Counted out = new Counted(target);
        ContentEncoder encoder = new ContentEncoder(out);
        encoder.log(new ContentSink.LogHead(Optional.empty(), HardState.EMPTY, 0, 0));
        encoder.state(view.applied());
        for (Space space : SPACES) {
            Iterator<OrderedStore.Pair> pairs = view.scan(space, null, null);
            while (pairs.hasNext()) {
                encoder.pair(space, pairs.next());
            }
        }
        encoder.end();
        out.write(new byte[(int) (-out.bytes & (UNIT_BYTES - 1))]);
        out.flush();
    }

    /** Size of what {@link #write} writes; reads everything for it. */
    public static long size(OrderedStore.View view) throws IOException {
        Counted out = new Counted(OutputStream.nullOutputStream());
        write(view, out);
        return out.bytes;
    }

    private static final class Counted extends OutputStream {
        private final OutputStream target;
        private long bytes;

        Counted(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            target.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] source, int from, int length) throws IOException {
            target.write(source, from, length);
            bytes += length;
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }
    }
}
