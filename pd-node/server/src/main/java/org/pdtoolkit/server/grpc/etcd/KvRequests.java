package org.pdtoolkit.server.grpc.etcd;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.Compare.CompareResult;
import org.pdtoolkit.wire.etcdserverpb.DeleteRangeRequest;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.RequestOp;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;

/**
 * Requests of the KV service as operations of the store.
 *
 * <p>What the store's own types cannot say is refused or resolved here: unknown enum numbers and
 * operations with nothing set. Thread: any; no state.
 */
final class KvRequests {
    private static final long NEVER_A_VERSION = -1;

    private KvRequests() {}

    /**
     * @throws io.grpc.StatusRuntimeException for an unknown sort order or target
     */
    static Op.Range range(RangeRequest request) {
        return new Op.Range(
                keys(request.getKey(), request.getRangeEnd()),
                request.getRevision(),
                request.getLimit(),
                sortTarget(request.getSortTarget()),
                sortOrder(request.getSortOrder()),
                request.getKeysOnly(),
                request.getCountOnly(),
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision(),
                request.getSerializable());
    }

    static Op.Put put(PutRequest request) {
        return new Op.Put(
                bytes(request.getKey()),
                bytes(request.getValue()),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    static Op.Delete delete(DeleteRangeRequest request) {
        return new Op.Delete(keys(request.getKey(), request.getRangeEnd()), request.getPrevKv());
    }

    /**
     * @throws io.grpc.StatusRuntimeException for an unknown sort order or target
     * @throws KvException KEY_NOT_FOUND for an operation with nothing set
     */
    static Op.Txn txn(TxnRequest request) {
        List<Compare> compares = new ArrayList<>(request.getCompareCount());
        for (org.pdtoolkit.wire.etcdserverpb.Compare compare : request.getCompareList()) {
            compares.add(compare(compare));
        }
        return new Op.Txn(compares, ops(request.getSuccessList()), ops(request.getFailureList()));
    }

    private static List<Op> ops(List<RequestOp> requests) {
        List<Op> ops = new ArrayList<>(requests.size());
        for (RequestOp request : requests) {
            ops.add(
                    switch (request.getRequestCase()) {
                        case REQUEST_RANGE -> range(request.getRequestRange());
                        case REQUEST_PUT -> put(request.getRequestPut());
                        case REQUEST_DELETE_RANGE -> delete(request.getRequestDeleteRange());
                        case REQUEST_TXN -> txn(request.getRequestTxn());
                        // etcd's words for an operation that is none.
                        case REQUEST_NOT_SET -> throw new KvException(KvError.KEY_NOT_FOUND);
                    });
        }
        return ops;
    }

    private static Compare compare(org.pdtoolkit.wire.etcdserverpb.Compare request) {
        KeyRange keys = keys(request.getKey(), request.getRangeEnd());
        return switch (request.getTarget()) {
            case VERSION -> number(request, keys, Compare.Target.VERSION, request.getVersion());
            case CREATE ->
                    number(request, keys, Compare.Target.CREATE, request.getCreateRevision());
            case MOD -> number(request, keys, Compare.Target.MOD, request.getModRevision());
            case LEASE -> number(request, keys, Compare.Target.LEASE, request.getLease());
            case VALUE ->
                    request.getResult() == CompareResult.UNRECOGNIZED
                            // Holds if there is a value at all, whatever it is.
                            ? new Compare(
                                    keys,
                                    Compare.Target.VERSION,
                                    Compare.Relation.GREATER,
                                    0,
                                    Bytes.EMPTY)
                            : new Compare(
                                    keys,
                                    Compare.Target.VALUE,
                                    relation(request.getResult()),
                                    0,
                                    bytes(request.getValue()));
            // Nothing is compared, which counts as equal.
            case UNRECOGNIZED ->
                    switch (request.getResult()) {
                        case EQUAL, UNRECOGNIZED -> always(keys);
                        case GREATER, LESS, NOT_EQUAL -> never(keys);
                    };
        };
    }

    private static Compare number(
            org.pdtoolkit.wire.etcdserverpb.Compare request,
            KeyRange keys,
            Compare.Target target,
            long number) {
        return request.getResult() == CompareResult.UNRECOGNIZED
                ? always(keys)
                : new Compare(keys, target, relation(request.getResult()), number, Bytes.EMPTY);
    }

    private static Compare always(KeyRange keys) {
        return new Compare(
                keys,
                Compare.Target.VERSION,
                Compare.Relation.NOT_EQUAL,
                NEVER_A_VERSION,
                Bytes.EMPTY);
    }

    private static Compare never(KeyRange keys) {
        return new Compare(
                keys, Compare.Target.VERSION, Compare.Relation.EQUAL, NEVER_A_VERSION, Bytes.EMPTY);
    }

    private static Compare.Relation relation(CompareResult result) {
        return switch (result) {
            case EQUAL -> Compare.Relation.EQUAL;
            case GREATER -> Compare.Relation.GREATER;
            case LESS -> Compare.Relation.LESS;
            case NOT_EQUAL -> Compare.Relation.NOT_EQUAL;
            case UNRECOGNIZED -> throw new IllegalArgumentException("an unknown result");
        };
    }

    private static Op.SortTarget sortTarget(RangeRequest.SortTarget target) {
        return switch (target) {
            case KEY -> Op.SortTarget.KEY;
            case VERSION -> Op.SortTarget.VERSION;
            case CREATE -> Op.SortTarget.CREATE;
            case MOD -> Op.SortTarget.MOD;
            case VALUE -> Op.SortTarget.VALUE;
            case UNRECOGNIZED ->
                    throw ErrorCatalogue.ETCD_SORT_OPTION.status().asRuntimeException();
        };
    }

    private static Op.SortOrder sortOrder(RangeRequest.SortOrder order) {
        return switch (order) {
            case NONE -> Op.SortOrder.NONE;
            case ASCEND -> Op.SortOrder.ASCEND;
            case DESCEND -> Op.SortOrder.DESCEND;
            case UNRECOGNIZED ->
                    throw ErrorCatalogue.ETCD_SORT_OPTION.status().asRuntimeException();
        };
    }

    private static KeyRange keys(ByteString key, ByteString rangeEnd) {
        return new KeyRange(bytes(key), bytes(rangeEnd));
    }

    static Bytes bytes(ByteString source) {
        return source.isEmpty() ? Bytes.EMPTY : Bytes.wrap(source.toByteArray());
    }
}
