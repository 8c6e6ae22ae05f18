package org.pdtoolkit.server.observe;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the gRPC calls of a port, under the names that dashboards of etcd and of gRPC look for.
 *
 * <p>Only methods that the port serves are counted by name: a stranger can invent any number of
 * others. Thread: any.
 */
public final class RpcMetrics extends ServerStreamTracer.Factory {
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final Map<String, Method> methods;

    public RpcMetrics(List<BindableService> services, MetricRegistry metrics) {
        metrics.counter(
                        "etcd_network_client_grpc_received_bytes_total",
                        "The total number of bytes received from grpc clients.",
                        receivedBytes::sum)
                .counter(
                        "etcd_network_client_grpc_sent_bytes_total",
                        "The total number of bytes sent to grpc clients.",
                        sentBytes::sum);
        Map<String, Method> found = new HashMap<>();
        for (BindableService service : services) {
            for (ServerMethodDefinition<?, ?> method : service.bindService().getMethods()) {
                MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
                found.put(descriptor.getFullMethodName(), new Method(descriptor, metrics));
            }
        }
        this.methods = Map.copyOf(found);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        Method method = methods.get(fullMethodName);
        if (method != null) {
            method.started.increment();
        }
        return new Call(method);
    }

    /** One method, with a figure for each status it has ended with. */
    private static final class Method {
        private final LongAdder started = new LongAdder();
        private final Map<Status.Code, LongAdder> handled = new ConcurrentHashMap<>();
        private final Map<String, String> labels;
        private final MetricRegistry metrics;

        Method(MethodDescriptor<?, ?> descriptor, MetricRegistry metrics) {
            this.metrics = metrics;
            this.labels =
                    Map.of(
                            "grpc_service", String.valueOf(descriptor.getServiceName()),
                            "grpc_method", String.valueOf(descriptor.getBareMethodName()),
                            "grpc_type", type(descriptor.getType()));
            metrics.counter(
                    "grpc_server_started_total",
                    "Total number of RPCs started on the server.",
                    labels,
                    started::sum);
            handled.put(Status.Code.OK, register(Status.Code.OK));
        }

        void ended(Status.Code code) {
            handled.computeIfAbsent(code, this::register).increment();
        }

        private LongAdder register(Status.Code code) {
            LongAdder count = new LongAdder();
            Map<String, String> withCode = new HashMap<>(labels);
            withCode.put("grpc_code", goName(code));
            metrics.counter(
                    "grpc_server_handled_total",
                    "Total number of RPCs completed on the server, regardless of success or"
                            + " failure.",
                    withCode,
                    count::sum);
            return count;
        }

        private static String type(MethodDescriptor.MethodType type) {
            return switch (type) {
                case UNARY -> "unary";
                case CLIENT_STREAMING -> "client_stream";
                case SERVER_STREAMING -> "server_stream";
                case BIDI_STREAMING, UNKNOWN -> "bidi_stream";
            };
        }

        /** {@code DeadlineExceeded}; only the names of OK and CANCELLED follow no rule. */
        private static String goName(Status.Code code) {
            if (code == Status.Code.OK) {
                return "OK";
            }
            if (code == Status.Code.CANCELLED) {
                return "Canceled";
            }
            StringBuilder name = new StringBuilder();
            for (String word : code.name().split("_")) {
                name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
            }
            return name.toString();
        }
    }

    /** One call; its method is null when this port does not serve it. */
    private final class Call extends ServerStreamTracer {
        private final Method method;

        Call(Method method) {
            this.method = method;
        }

        @Override
        public void inboundWireSize(long bytes) {
            receivedBytes.add(Math.max(0, bytes));
        }

        @Override
        public void outboundWireSize(long bytes) {
            sentBytes.add(Math.max(0, bytes));
        }

        @Override
        public void streamClosed(Status status) {
            if (method != null) {
                method.ended(status.getCode());
            }
        }
    }
}
