package org.pdtoolkit.server.port;

import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import java.util.List;
import java.util.Optional;

/**
 * What a client port serves.
 *
 * @param others finds the methods of services that are not in the list
 * @param tracers told of every gRPC call
 * @param filters told of every gRPC connection
 */
public record PortContent(
        List<BindableService> services,
        Optional<HandlerRegistry> others,
        List<ServerStreamTracer.Factory> tracers,
        List<ServerTransportFilter> filters,
        HttpHandler http) {
    public PortContent {
        services = List.copyOf(services);
        tracers = List.copyOf(tracers);
        filters = List.copyOf(filters);
    }

    public static PortContent of(List<BindableService> services, HttpHandler http) {
        return new PortContent(services, Optional.empty(), List.of(), List.of(), http);
    }

    /** The same with something that is told of every gRPC call. */
    public PortContent tracedBy(ServerStreamTracer.Factory tracer) {
        return new PortContent(services, others, List.of(tracer), filters, http);
    }
}
