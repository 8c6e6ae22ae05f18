package org.pdtoolkit.server.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Maintenance;
import org.pdtoolkit.kv.StoreHash;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.server.content.SnapshotFormat;
import org.pdtoolkit.server.content.StateChecksum;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;

/** Looks after the store of this member; reads go through views, which nobody waits for. */
final class NodeMaintenance implements Maintenance {
    private final OrderedStore store;
    private final KvMachine machine;
    private final GroupState state;
    private final ApplyLoop apply;

    NodeMaintenance(OrderedStore store, KvMachine machine, GroupState state, ApplyLoop apply) {
        this.store = store;
        this.machine = machine;
        this.state = state;
        this.apply = apply;
    }

    @Override
    public Progress progress() {
        OrderedStore.Usage usage = store.usage();
        long applied = state.appliedIndex(); // before the commit index, which it follows
        return new Progress(
                usage.totalBytes(),
                usage.liveBytes(),
                Math.max(state.committedIndex(), applied),
                applied,
                machine.alarms());
    }

    @Override
    public Counts counts() {
        return new Counts(
                machine.keys(),
                machine.puts(),
                machine.deletes(),
                machine.leases().count(),
                machine.watches().open(),
                machine.watches().slow(),
                apply.pendingProposals(),
                apply.failedProposals());
    }

    @Override
    public StoreHash hash(long revision) {
        return machine.hash(revision);
    }

    @Override
    public int hashAll() {
        StateChecksum checksum = new StateChecksum();
        try (OrderedStore.View view = store.view()) {
            for (Space space : SnapshotFormat.SPACES) {
                Iterator<OrderedStore.Pair> pairs = view.scan(space, null, null);
                pairs.forEachRemaining(pair -> checksum.add(space, pair));
            }
        }
        return checksum.value();
    }

    @Override
    public CompletableFuture<Void> reclaim() {
        return apply.reclaim();
    }

    @Override
    public Image image() {
        OrderedStore.View view = store.view();
        boolean ready = false;
        try {
            Image image = new ViewImage(view, SnapshotFormat.size(view));
            ready = true;
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!ready) {
                view.close();
            }
        }
    }

    private record ViewImage(OrderedStore.View view, long bytes) implements Image {
        @Override
        public void writeTo(Pieces target) {
            try {
                SnapshotFormat.write(view, new PieceStream(target));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            view.close();
        }
    }

    private static final class PieceStream extends OutputStream {
        private final Maintenance.Pieces target;

        PieceStream(Maintenance.Pieces target) {
            this.target = target;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            target.accept(bytes, from, length);
        }
    }
}
