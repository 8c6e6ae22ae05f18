package org.pdtoolkit.server.grpc.pd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.meta_storagepb.Error;
import org.pdtoolkit.wire.meta_storagepb.ErrorType;
import org.pdtoolkit.wire.meta_storagepb.GetRequest;
import org.pdtoolkit.wire.meta_storagepb.GetResponse;
import org.pdtoolkit.wire.meta_storagepb.KeyValue;
import org.pdtoolkit.wire.meta_storagepb.MetaStorageGrpc;
import org.pdtoolkit.wire.meta_storagepb.ResponseHeader;

/**
 * {@code meta_storagepb.MetaStorage}: reads of the store by way of the PD leader.
 *
 * <p>Get must answer from the first day: every Go client asks for the routers of the cluster when
 * it starts and waits seconds over UNIMPLEMENTED. The only check is whether this node serves.
 *
 * <p>Thread: network loops; answers come from whichever thread completes the read.
 */
public final class MetaStorageService extends MetaStorageGrpc.MetaStorageImplBase {
    private final Placement placement;
    private final ReplicatedKv kv;

    public MetaStorageService(Placement placement, ReplicatedKv kv) {
        this.placement = placement;
        this.kv = kv;
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> client) {
        if (!placement.serving()) {
            client.onError(ErrorCatalogue.NOT_LEADER.status().asRuntimeException());
            return;
        }
        if (request.getKey().isEmpty()) {
            reply(client, refusal(KvError.KEY_EMPTY));
            return;
        }
        KeyRange keys = new KeyRange(bytes(request.getKey()), bytes(request.getRangeEnd()));
        kv.range(
                        new Op.Range(
                                keys,
                                request.getRevision(),
                                request.getLimit(),
                                Op.SortTarget.KEY,
                                Op.SortOrder.NONE,
                                false,
                                false,
                                0,
                                0,
                                0,
                                0,
                                false))
                .whenComplete(
                        (found, failure) -> {
                            if (failure == null) {
                                reply(client, response(found));
                            } else if (ErrorRows.cause(failure) instanceof KvException refused) {
                                reply(client, refusal(refused.error()));
                            } else {
                                client.onError(PdService.internal(failure).asRuntimeException());
                            }
                        });
    }

    private GetResponse response(OpResult.Range found) {
        GetResponse.Builder response =
                GetResponse.newBuilder()
                        .setHeader(
                                ResponseHeader.newBuilder()
                                        .setClusterId(placement.clusterId())
                                        .setRevision(found.revision()))
                        .setCount(found.count())
                        .setMore(found.more());
        for (org.pdtoolkit.kv.KeyValue pair : found.pairs()) {
            // The original passes nothing but these two on.
            response.addKvs(
                    KeyValue.newBuilder()
                            .setKey(UnsafeByteOperations.unsafeWrap(pair.key().asByteBuffer()))
                            .setValue(
                                    UnsafeByteOperations.unsafeWrap(pair.value().asByteBuffer())));
        }
        return response.build();
    }

    private GetResponse refusal(KvError error) {
        ErrorType type = error == KvError.COMPACTED ? ErrorType.DATA_COMPACTED : ErrorType.UNKNOWN;
        return GetResponse.newBuilder()
                .setHeader(
                        ResponseHeader.newBuilder()
                                .setClusterId(placement.clusterId())
                                .setError(
                                        Error.newBuilder()
                                                .setType(type)
                                                .setMessage(ErrorRows.of(error).text())))
                .build();
    }

    private static void reply(StreamObserver<GetResponse> client, GetResponse response) {
        client.onNext(response);
        client.onCompleted();
    }

    private static Bytes bytes(ByteString source) {
        return Bytes.wrap(source.toByteArray());
    }
}
