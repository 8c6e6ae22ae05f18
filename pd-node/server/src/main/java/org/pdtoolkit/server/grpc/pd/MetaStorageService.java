package org.pdtoolkit.server.grpc.pd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;
import java.util.function.Supplier;
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
import org.pdtoolkit.wire.meta_storagepb.DeleteRequest;
import org.pdtoolkit.wire.meta_storagepb.DeleteResponse;
import org.pdtoolkit.wire.meta_storagepb.Error;
import org.pdtoolkit.wire.meta_storagepb.ErrorType;
import org.pdtoolkit.wire.meta_storagepb.GetRequest;
import org.pdtoolkit.wire.meta_storagepb.GetResponse;
import org.pdtoolkit.wire.meta_storagepb.KeyValue;
import org.pdtoolkit.wire.meta_storagepb.MetaStorageGrpc;
import org.pdtoolkit.wire.meta_storagepb.PutRequest;
import org.pdtoolkit.wire.meta_storagepb.PutResponse;
import org.pdtoolkit.wire.meta_storagepb.ResponseHeader;

/**
 * {@code meta_storagepb.MetaStorage}: reads and writes of the store by way of the PD leader.
 *
 * <p>Get must answer from the first day: every Go client asks for the routers of the cluster when
 * it starts and waits seconds over UNIMPLEMENTED. The only check is whether this node serves.
 *
 * <p>Thread: network loops; answers come from whichever thread completes the call.
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
            reply(client, GetResponse.newBuilder().setHeader(refused(KvError.KEY_EMPTY)).build());
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
                        (found, failure) ->
                                answer(
                                        client,
                                        failure,
                                        () -> response(found),
                                        error ->
                                                GetResponse.newBuilder()
                                                        .setHeader(refused(error))
                                                        .build()));
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> client) {
        if (!placement.serving()) {
            client.onError(ErrorCatalogue.NOT_LEADER.status().asRuntimeException());
            return;
        }
        Bytes key = bytes(request.getKey());
        Bytes value = bytes(request.getValue());
        kv.put(new Op.Put(key, value, request.getLease(), request.getPrevKv(), false, false))
                .whenComplete(
                        (put, failure) ->
                                answer(
                                        client,
                                        failure,
                                        () -> response(put),
                                        error ->
                                                PutResponse.newBuilder()
                                                        .setHeader(refused(error))
                                                        .build()));
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> client) {
        if (!placement.serving()) {
            client.onError(ErrorCatalogue.NOT_LEADER.status().asRuntimeException());
            return;
        }
        kv.delete(new Op.Delete(KeyRange.single(bytes(request.getKey())), request.getPrevKv()))
                .whenComplete(
                        (deleted, failure) ->
                                answer(
                                        client,
                                        failure,
                                        () -> response(deleted),
                                        error ->
                                                DeleteResponse.newBuilder()
                                                        .setHeader(refused(error))
                                                        .build()));
    }

    private static <T> void answer(
            StreamObserver<T> client,
            Throwable failure,
            Supplier<T> success,
            Function<KvError, T> refusal) {
        if (failure == null) {
            reply(client, success.get());
        } else if (KvException.unwrapped(failure) instanceof KvException refused) {
            reply(client, refusal.apply(refused.error()));
        } else {
            client.onError(PdService.internal(failure).asRuntimeException());
        }
    }

    private PutResponse response(OpResult.Put put) {
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header(put.revision()));
        if (put.previous() != null) {
            response.setPrevKv(pair(put.previous()));
        }
        return response.build();
    }

    private DeleteResponse response(OpResult.Delete deleted) {
        DeleteResponse.Builder response =
                DeleteResponse.newBuilder()
                        .setHeader(header(deleted.revision()))
                        .setDeleted(deleted.deleted());
        deleted.previous().forEach(pair -> response.addPrevKvs(pair(pair)));
        return response.build();
    }

    private ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(placement.clusterId())
                .setRevision(revision)
                .build();
    }

    /** The original passes nothing but these two on. */
    private static KeyValue pair(org.pdtoolkit.kv.KeyValue pair) {
        return KeyValue.newBuilder()
                .setKey(UnsafeByteOperations.unsafeWrap(pair.key().asByteBuffer()))
                .setValue(UnsafeByteOperations.unsafeWrap(pair.value().asByteBuffer()))
                .build();
    }

    private GetResponse response(OpResult.Range found) {
        GetResponse.Builder response =
                GetResponse.newBuilder()
                        .setHeader(header(found.revision()))
                        .setCount(found.count())
                        .setMore(found.more());
        found.pairs().forEach(pair -> response.addKvs(pair(pair)));
        return response.build();
    }

    private ResponseHeader refused(KvError error) {
        ErrorType type = error == KvError.COMPACTED ? ErrorType.DATA_COMPACTED : ErrorType.UNKNOWN;
        return ResponseHeader.newBuilder()
                .setClusterId(placement.clusterId())
                .setError(Error.newBuilder().setType(type).setMessage(ErrorRows.of(error).text()))
                .build();
    }

    private static <T> void reply(StreamObserver<T> client, T response) {
        client.onNext(response);
        client.onCompleted();
    }

    private static Bytes bytes(ByteString source) {
        return Bytes.wrap(source.toByteArray());
    }
}
