package org.pdtoolkit.server.runtime;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.Snapshot;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.server.transport.PeerHandler;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Space;

/**
 * Snapshots on their way: read from the ordered store to a peer, and from a peer through a verified
 * file into the ordered store.
 *
 * <pre>
 *  content: records to the end, big endian
 *  0       1            5      5+n          9+n
 *  +-------+------------+------+------------+--------
 *  | space | key length | key… | value len. | value…
 *  +-------+------------+------+------------+--------
 * </pre>
 */
final class SnapshotTransfer {
    private static final int PIECE_BYTES = 256 << 10;
    private static final int VALUE_BYTES_MAX = 160 << 20;
    private static final List<Space> SPACES = List.of(Space.HISTORY, Space.META);

    private final OrderedStore store;
    private final SnapshotStore files;
    private final Map<Long, SnapshotStore.SnapshotId> received = new ConcurrentHashMap<>();

    SnapshotTransfer(OrderedStore store, SnapshotStore files) {
        this.store = store;
        this.files = files;
    }

    PeerHandler.SnapshotSource source() {
        return new Source(store.view());
    }

    PeerHandler.SnapshotSink sink(Message message, Consumer<Message> complete) {
        return new Sink(message, complete);
    }

    /** Installs the received snapshot at {@code at.index()}. Thread: apply. */
    void installInto(KvMachine target, AppliedState at) {
        SnapshotStore.SnapshotId id = received.remove(at.index());
        if (id == null) {
            throw new IllegalStateException("no snapshot was received at index " + at.index());
        }
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(files.read(id), 1 << 16))) {
            target.install(new Reader(in), at);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.retain(1);
    }

    private static final class Source implements PeerHandler.SnapshotSource {
        private final OrderedStore.View view;
        private int space;
        private Iterator<OrderedStore.Pair> pairs;

        Source(OrderedStore.View view) {
            this.view = view;
            this.pairs = view.scan(SPACES.get(0), null, null);
        }

        @Override
        public Snapshot snapshot() {
            AppliedState at = view.applied();
            return new Snapshot(
                    at.index(), at.term(), ConfStateCodec.decode(at.confState()), new byte[0]);
        }

        @Override
        public byte[] next() {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            while (advance()) {
                OrderedStore.Pair pair = pairs.next();
                int size = 1 + 4 + pair.key().size() + 4 + pair.value().size();
                if (piece.remaining() < size) {
                    ByteBuffer larger = ByteBuffer.allocate(piece.position() + size);
                    piece = larger.put(piece.flip());
                }
                piece.put((byte) SPACES.get(space).id());
                piece.putInt(pair.key().size());
                pair.key().copyTo(piece);
                piece.putInt(pair.value().size());
                pair.value().copyTo(piece);
                if (piece.position() >= PIECE_BYTES / 2) {
                    break;
                }
            }
            return piece.position() == 0
                    ? null
                    : java.util.Arrays.copyOf(piece.array(), piece.position());
        }

        private boolean advance() {
            while (!pairs.hasNext()) {
                if (space + 1 == SPACES.size()) {
                    return false;
                }
                pairs = view.scan(SPACES.get(++space), null, null);
            }
            return true;
        }

        @Override
        public void close() {
            view.close();
        }
    }

    private final class Sink implements PeerHandler.SnapshotSink {
        private final Message message;
        private final Consumer<Message> complete;
        private final SnapshotStore.Writer writer;

        Sink(Message message, Consumer<Message> complete) {
            this.message = message;
            this.complete = complete;
            this.writer = files.create(message.snapshot().index(), message.snapshot().term());
        }

        @Override
        public OutputStream stream() {
            return writer.stream();
        }

        @Override
        public void complete() {
            SnapshotStore.SnapshotId id = writer.publish();
            received.put(id.index(), id);
            complete.accept(message);
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    private static final class Reader implements Iterator<Batch.Write> {
        private final DataInputStream in;
        private Batch.Write next;

        Reader(DataInputStream in) {
            this.in = in;
            this.next = read();
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Batch.Write next() {
            if (next == null) {
                throw new NoSuchElementException();
            }
            Batch.Write write = next;
            next = read();
            return write;
        }

        private Batch.Write read() {
            try {
                int space = in.read();
                if (space < 0) {
                    return null;
                }
                Bytes key = bytes(in);
                return new Batch.Write(spaceOf(space), key, bytes(in));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Bytes bytes(DataInputStream in) throws IOException {
            int length = in.readInt();
            if (length < 0 || length > VALUE_BYTES_MAX) {
                throw new IOException("snapshot holds a record of " + length + " bytes");
            }
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("snapshot ends inside a record");
            }
            return Bytes.wrap(bytes);
        }

        private static Space spaceOf(int id) throws IOException {
            for (Space space : SPACES) {
                if (space.id() == id) {
                    return space;
                }
            }
            throw new IOException("snapshot holds a record of space " + id);
        }
    }
}
