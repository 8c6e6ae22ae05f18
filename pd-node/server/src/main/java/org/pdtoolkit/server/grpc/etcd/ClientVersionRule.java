package org.pdtoolkit.server.grpc.etcd;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Refuses a client version that is not UTF-8; which version it is does not matter.
 *
 * <p>Thread: network loops.
 */
final class ClientVersionRule implements ServerInterceptor {
    /** The bytes as they came: a text key would have replaced the wrong ones. */
    private static final Metadata.Key<byte[]> VERSION =
            InternalMetadata.keyOf("client-api-version", new RawBytes());

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        byte[] version = metadata.get(VERSION);
        return version == null || isUtf8(version)
                ? next.startCall(call, metadata)
                : EtcdErrors.refuse(call, ErrorCatalogue.ETCD_CLIENT_VERSION.status());
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static final class RawBytes implements InternalMetadata.TrustedAsciiMarshaller<byte[]> {
        @Override
        public byte[] toAsciiString(byte[] value) {
            return value;
        }

        @Override
        public byte[] parseAsciiString(byte[] serialized) {
            return serialized;
        }
    }
}
