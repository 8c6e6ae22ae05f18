package org.pdtoolkit.server.grpc.pd;

import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.pdpb.Error;
import org.pdtoolkit.wire.pdpb.ErrorType;
import org.pdtoolkit.wire.pdpb.ResponseHeader;

/** Response headers. The one of success is built once per cluster id. */
final class Headers {
    private volatile ResponseHeader success = ResponseHeader.getDefaultInstance();

    /** Header of success: {@code error} must stay unset, clients test for its presence. */
    ResponseHeader success(long clusterId) {
        ResponseHeader cached = success;
        if (cached.getClusterId() != clusterId) {
            cached = ResponseHeader.newBuilder().setClusterId(clusterId).build();
            success = cached;
        }
        return cached;
    }

    static ResponseHeader failure(long clusterId, ErrorCatalogue row, String text) {
        return failure(clusterId, row.header(), text);
    }

    static ResponseHeader failure(long clusterId, ErrorType type, String text) {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setError(Error.newBuilder().setType(type).setMessage(text))
                .build();
    }
}
