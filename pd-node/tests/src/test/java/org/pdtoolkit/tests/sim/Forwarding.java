package org.pdtoolkit.tests.sim;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.Storage;

/** The seams of a member, each passing everything on, for subclasses that change one thing. */
final class Forwarding {
    private Forwarding() {}

    /** A storage with other parts. */
    record Parts(LogStore log, OrderedStore ordered, Storage whole) implements Storage {
        @Override
        public SnapshotStore snapshots() {
            return whole.snapshots();
        }

        @Override
        public void close() {
            whole.close();
        }
    }

    static class Log implements LogStore {
        protected final LogStore inner;

        Log(LogStore inner) {
            this.inner = inner;
        }

        @Override
        public Optional<Bytes> metadata() {
            return inner.metadata();
        }

        @Override
        public void initialize(Bytes metadata) {
            inner.initialize(metadata);
        }

        @Override
        public HardState hardState() {
            return inner.hardState();
        }

        @Override
        public long firstIndex() {
            return inner.firstIndex();
        }

        @Override
        public long lastIndex() {
            return inner.lastIndex();
        }

        @Override
        public long term(long index) {
            return inner.term(index);
        }

        @Override
        public List<LogRecord> read(long from, long until, long bytesMax) {
            return inner.read(from, until, bytesMax);
        }

        @Override
        public void append(HardState state, List<LogRecord> entries) {
            inner.append(state, entries);
        }

        @Override
        public void compact(long index) {
            inner.compact(index);
        }

        @Override
        public void reset(long index, long term, HardState state) {
            inner.reset(index, term, state);
        }
    }

    static class Kv implements ReplicatedKv {
        protected final ReplicatedKv inner;

        Kv(ReplicatedKv inner) {
            this.inner = inner;
        }

        @Override
        public CompletableFuture<OpResult.Range> range(Op.Range range) {
            return inner.range(range);
        }

        @Override
        public CompletableFuture<OpResult.Put> put(Op.Put put) {
            return inner.put(put);
        }

        @Override
        public CompletableFuture<OpResult.Delete> delete(Op.Delete delete) {
            return inner.delete(delete);
        }

        @Override
        public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
            return inner.txn(txn);
        }

        @Override
        public CompletableFuture<Lease> leaseGrant(long id, long ttl) {
            return inner.leaseGrant(id, ttl);
        }

        @Override
        public CompletableFuture<Lease> leaseRevoke(long id) {
            return inner.leaseRevoke(id);
        }

        @Override
        public CompletableFuture<Lease> leaseKeepAlive(long id) {
            return inner.leaseKeepAlive(id);
        }

        @Override
        public Watch watch(WatchRequest request, WatchListener listener) {
            return inner.watch(request, listener);
        }
    }

    static class View implements Consensus {
        protected final Consensus inner;

        View(Consensus inner) {
            this.inner = inner;
        }

        @Override
        public long memberId() {
            return inner.memberId();
        }

        @Override
        public long leaderId() {
            return inner.leaderId();
        }

        @Override
        public long term() {
            return inner.term();
        }

        @Override
        public long leaderChanges() {
            return inner.leaderChanges();
        }

        @Override
        public boolean leading() {
            return inner.leading();
        }

        @Override
        public long quorumDeadlineNanos() {
            return inner.quorumDeadlineNanos();
        }

        @Override
        public long diskDeadlineNanos() {
            return inner.diskDeadlineNanos();
        }

        @Override
        public List<Member> members() {
            return inner.members();
        }

        @Override
        public boolean recentlyActive(long memberId) {
            return inner.recentlyActive(memberId);
        }

        @Override
        public CompletableFuture<Void> transferLeader(long target) {
            return inner.transferLeader(target);
        }
    }
}
