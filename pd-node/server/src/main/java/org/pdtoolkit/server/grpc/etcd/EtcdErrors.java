package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Failures as statuses. The one switch from errors of the store to rows of the catalogue is {@link
 * ErrorRows#of(org.pdtoolkit.kv.KvError)}, which the HTTP pages share.
 */
final class EtcdErrors {
    private static final Logger LOG = LogManager.getLogger(EtcdErrors.class);

    private EtcdErrors() {}

    /** The status of what a call or a future failed with. */
    static Status status(Throwable failure) {
        Throwable cause = KvException.unwrapped(failure);
        if (cause instanceof KvException refused) {
            return ErrorRows.of(refused.error()).status();
        }
        if (cause instanceof StatusRuntimeException refused) {
            return refused.getStatus();
        }
        LOG.error("a call failed unexpectedly", cause);
        return Status.INTERNAL.withDescription(String.valueOf(cause.getMessage()));
    }

    /** An error in the text form that Go clients give a status. */
    static String goText(KvError error) {
        ErrorCatalogue row = ErrorRows.of(error);
        StringBuilder code = new StringBuilder();
        for (String word : row.grpcCode().name().split("_")) {
            code.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return "rpc error: code = " + code + " desc = " + row.text();
    }

    /** Ends a call before its service sees it. */
    static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
