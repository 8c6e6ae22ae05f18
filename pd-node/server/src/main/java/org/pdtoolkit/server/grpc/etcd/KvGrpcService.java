package org.pdtoolkit.server.grpc.etcd;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.CompactionRequest;
import org.pdtoolkit.wire.etcdserverpb.CompactionResponse;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeResponse;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.PutResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeStreamResponse;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;
import org.pdtoolkit.wire.etcdserverpb.TxnResponse;

/**
 * {@code etcdserverpb.KV}: ranges, puts, deletions, transactions, compaction.
 *
 * <p>Source: etcd page, sections 4 to 6.
 */
final class KvGrpcService extends KVGrpc.KVImplBase {
    /**
     * How deep messages may nest. A transaction takes two levels; 129 of them must still be read,
     * to be refused in etcd's words, and the reader's stack bounds it above.
     */
    private static final int MESSAGE_DEPTH_MAX = 1_000;

    private final EtcdKv kv;
    private final ReadPool reads;
    private final Headers headers;
    private final int chunkBytes;

    /**
     * @param chunkBytes size that the chunks of a streamed range come near to
     */
    KvGrpcService(EtcdKv kv, ReadPool reads, Headers headers, int chunkBytes) {
        this.kv = kv;
        this.reads = reads;
        this.headers = headers;
        this.chunkBytes = chunkBytes;
    }

    /** The service with a reader for transactions that nest deeper than protobuf allows. */
    ServerServiceDefinition definition() {
        ServerServiceDefinition generated = bindService();
        MethodDescriptor<TxnRequest, TxnResponse> txn =
                KVGrpc.getTxnMethod().toBuilder()
                        .setRequestMarshaller(
                                ProtoUtils.marshallerWithRecursionLimit(
                                        TxnRequest.getDefaultInstance(), MESSAGE_DEPTH_MAX))
                        .build();
        ServiceDescriptor.Builder service =
                ServiceDescriptor.newBuilder(generated.getServiceDescriptor().getName())
                        .setSchemaDescriptor(
                                generated.getServiceDescriptor().getSchemaDescriptor());
        for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
            service.addMethod(isTxn(method) ? txn : method.getMethodDescriptor());
        }
        ServerServiceDefinition.Builder definition =
                ServerServiceDefinition.builder(service.build());
        for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
            if (isTxn(method)) {
                definition.addMethod(txn, ServerCalls.asyncUnaryCall(this::txn));
            } else {
                definition.addMethod(method);
            }
        }
        return definition.build();
    }

    private static boolean isTxn(ServerMethodDefinition<?, ?> method) {
        return method.getMethodDescriptor()
                .getFullMethodName()
                .equals(KVGrpc.getTxnMethod().getFullMethodName());
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> client) {
        Answers.send(
                client,
                () -> reads.range(KvRequests.range(request)),
                found -> KvResponses.range(found, headers.at(found.revision())));
    }

    @Override
    public void rangeStream(RangeRequest request, StreamObserver<RangeStreamResponse> client) {
        Op.Range whole;
        try {
            whole = KvRequests.range(request);
            requireStreamable(whole);
        } catch (RuntimeException e) {
            Answers.fail(client, e);
            return;
        }
        new RangeStreamCall(
                        reads,
                        headers,
                        (ServerCallStreamObserver<RangeStreamResponse>) client,
                        whole,
                        chunkBytes)
                .start();
    }

    private static void requireStreamable(Op.Range range) {
        if (range.range().key().isEmpty()) {
            throw new KvException(KvError.KEY_EMPTY);
        }
        boolean keyOrder =
                range.sortOrder() == Op.SortOrder.NONE
                        || (range.sortTarget() == Op.SortTarget.KEY
                                && range.sortOrder() == Op.SortOrder.ASCEND);
        if (!keyOrder) {
            throw ErrorCatalogue.ETCD_STREAM_SORT.status().asRuntimeException();
        }
        if ((range.minMod() | range.maxMod() | range.minCreate() | range.maxCreate()) != 0) {
            throw ErrorCatalogue.ETCD_STREAM_FILTER.status().asRuntimeException();
        }
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> client) {
        Answers.send(
                client,
                () -> kv.put(KvRequests.put(request)),
                put -> KvResponses.put(put, headers.at(put.revision())));
    }

    @Override
    public void deleteRange(
            DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> client) {
        Answers.send(
                client,
                () -> kv.delete(KvRequests.delete(request)),
                deleted -> KvResponses.delete(deleted, headers.at(deleted.revision())));
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> client) {
        Answers.send(
                client,
                () -> kv.txn(KvRequests.txn(request)),
                done -> KvResponses.txn(done, headers.at(done.revision())));
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> client) {
        Answers.send(
                client,
                () -> kv.compact(request.getRevision(), request.getPhysical()),
                revision ->
                        CompactionResponse.newBuilder().setHeader(headers.at(revision)).build());
    }
}
