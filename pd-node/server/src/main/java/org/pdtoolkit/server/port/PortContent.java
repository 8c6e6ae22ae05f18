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

    /**
     * Of a port that passes everything on.
     *
     * @param all finds every method there may be
     */
    public static PortContent forwarding(
            HandlerRegistry all, ServerTransportFilter filter, HttpHandler http) {
        return new PortContent(List.of(), Optional.of(all), List.of(), List.of(filter), http);
    }

    /** The same with something that is told of every gRPC call. */
    public PortContent tracedBy(ServerStreamTracer.Factory tracer) {
        return new PortContent(services, others, List.of(tracer), filters, http);
    }
}
