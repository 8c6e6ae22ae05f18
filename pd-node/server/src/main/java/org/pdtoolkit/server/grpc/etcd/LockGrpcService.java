package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;
import org.pdtoolkit.wire.v3lockpb.LockGrpc;
import org.pdtoolkit.wire.v3lockpb.LockRequest;
import org.pdtoolkit.wire.v3lockpb.LockResponse;
import org.pdtoolkit.wire.v3lockpb.UnlockRequest;
import org.pdtoolkit.wire.v3lockpb.UnlockResponse;

/** {@code v3lockpb.Lock}: mutual exclusion, first come first served. Thread: any. */
final class LockGrpcService extends LockGrpc.LockImplBase {
    /** As etcd's client library says it. */
    private static final Status SESSION_EXPIRED =
            Status.UNKNOWN.withDescription("mutex: session is expired");

    private final QueueEntry.Tools tools;
    private final Headers headers;

    LockGrpcService(QueueEntry.Tools tools, Headers headers) {
        this.tools = tools;
        this.headers = headers;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> client) {
        QueueEntry.Tools mine = tools.mine();
        QueueEntry entry = new QueueEntry(mine, KvRequests.bytes(request.getName()), null);
        ((ServerCallStreamObserver<LockResponse>) client).setOnCancelHandler(entry::cancel);
        QueueCalls.answer(
                client,
                entry.enter(request.getLease()).thenCompose(held -> confirm(mine, held)),
                header -> header);
    }

    /** The lease may have run out while the caller waited. */
    private CompletableFuture<LockResponse> confirm(QueueEntry.Tools mine, QueueEntry.Held held) {
        return mine.kv()
                .range(Op.Range.of(held.key()))
                .thenApply(
                        found -> {
                            if (found.first() == null
                                    || found.first().createRevision() != held.createRevision()) {
                                throw SESSION_EXPIRED.asRuntimeException();
                            }
                            return LockResponse.newBuilder()
                                    .setHeader(headers.at(found.revision()))
                                    .setKey(KvResponses.bytes(held.key()))
                                    .build();
                        });
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> client) {
        ((ServerCallStreamObserver<UnlockResponse>) client).setOnCancelHandler(() -> {});
        QueueCalls.answer(
                client,
                tools.kv().delete(Op.Delete.of(KvRequests.bytes(request.getKey()))),
                deleted -> {
                    ResponseHeader header = headers.at(deleted.revision());
                    return UnlockResponse.newBuilder().setHeader(header).build();
                });
    }
}
