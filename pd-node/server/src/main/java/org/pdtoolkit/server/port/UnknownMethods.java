package org.pdtoolkit.server.port;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;

/**
 * Refuses calls that no service has, in the words of Go's gRPC, which clients and people know.
 *
 * <p>Thread: network loops.
 */
final class UnknownMethods extends HandlerRegistry {
    private final Set<String> services = new HashSet<>();

    /** Adds the name of a service that is there; before the port opens. */
    void add(String service) {
        services.add(service);
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String path, String authority) {
        String service = MethodDescriptor.extractFullServiceName(path);
        String method = path.substring(path.lastIndexOf('/') + 1);
        String text =
                services.contains(service)
                        ? "unknown method " + method + " for service " + service
                        : "unknown service " + service;
        return ServerMethodDefinition.create(
                MethodDescriptor.<InputStream, InputStream>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNKNOWN)
                        .setFullMethodName(path)
                        .setRequestMarshaller(NoMessage.INSTANCE)
                        .setResponseMarshaller(NoMessage.INSTANCE)
                        .build(),
                (call, metadata) -> {
                    call.close(Status.UNIMPLEMENTED.withDescription(text), new Metadata());
                    return new ServerCall.Listener<>() {};
                });
    }

    /** Nothing is read of such a call. */
    private enum NoMessage implements MethodDescriptor.Marshaller<InputStream> {
        INSTANCE;

        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            return new ByteArrayInputStream(new byte[0]);
        }
    }
}
