package org.pdtoolkit.server.grpc.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeResponse;
import org.pdtoolkit.wire.etcdserverpb.PutResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;
import org.pdtoolkit.wire.etcdserverpb.ResponseOp;
import org.pdtoolkit.wire.etcdserverpb.TxnResponse;
import org.pdtoolkit.wire.mvccpb.KeyValue;

/** Results of the store as answers of the KV service. Thread: any; no state. */
final class KvResponses {
    private KvResponses() {}

    static RangeResponse range(OpResult.Range found, ResponseHeader header) {
        RangeResponse.Builder response =
                RangeResponse.newBuilder()
                        .setHeader(header)
                        .setMore(found.more())
                        .setCount(found.count());
        for (org.pdtoolkit.kv.KeyValue pair : found.pairs()) {
            response.addKvs(pair(pair));
        }
        return response.build();
    }

    static PutResponse put(OpResult.Put put, ResponseHeader header) {
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header);
        if (put.previous() != null) {
            response.setPrevKv(pair(put.previous()));
        }
        return response.build();
    }

    static DeleteRangeResponse delete(OpResult.Delete deleted, ResponseHeader header) {
        DeleteRangeResponse.Builder response =
                DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(deleted.deleted());
        for (org.pdtoolkit.kv.KeyValue pair : deleted.previous()) {
            response.addPrevKvs(pair(pair));
        }
        return response.build();
    }

    static TxnResponse txn(OpResult.Txn done, ResponseHeader header) {
        TxnResponse.Builder response =
                TxnResponse.newBuilder().setHeader(header).setSucceeded(done.succeeded());
        for (OpResult inner : done.responses()) {
            response.addResponses(inner(inner));
        }
        return response.build();
    }

    private static ResponseOp inner(OpResult result) {
        ResponseOp.Builder response = ResponseOp.newBuilder();
        if (result instanceof OpResult.Range range) {
            response.setResponseRange(range(range, Headers.inner(range.revision())));
        } else if (result instanceof OpResult.Put put) {
            response.setResponsePut(put(put, Headers.inner(put.revision())));
        } else if (result instanceof OpResult.Delete delete) {
            response.setResponseDeleteRange(delete(delete, Headers.inner(delete.revision())));
        } else {
            // An inner transaction has a header with nothing in it.
            response.setResponseTxn(
                    txn((OpResult.Txn) result, ResponseHeader.getDefaultInstance()));
        }
        return response.build();
    }

    static KeyValue pair(org.pdtoolkit.kv.KeyValue pair) {
        return KeyValue.newBuilder()
                .setKey(bytes(pair.key()))
                .setValue(bytes(pair.value()))
                .setCreateRevision(pair.createRevision())
                .setModRevision(pair.modRevision())
                .setVersion(pair.version())
                .setLease(pair.lease())
                .build();
    }

    /** Shares the array: both sides are immutable. */
    static ByteString bytes(Bytes source) {
        return source.isEmpty()
                ? ByteString.EMPTY
                : UnsafeByteOperations.unsafeWrap(source.asByteBuffer());
    }
}
