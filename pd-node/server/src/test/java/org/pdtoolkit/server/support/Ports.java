package org.pdtoolkit.server.support;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.HttpHandler;
import org.pdtoolkit.server.port.PortException;
import org.pdtoolkit.server.port.PortLimits;
import org.pdtoolkit.server.port.TlsFiles;

/** Opens client ports on free loopback addresses below the ephemeral range. */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int UNTIL = 31_000;
    private static final int TRIES = 50;

    private Ports() {}

    public static InetSocketAddress candidate() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                ThreadLocalRandom.current().nextInt(FIRST, UNTIL));
    }

    public static ClientPort open(List<BindableService> services, HttpHandler http) {
        return open(Optional.empty(), services, http, PortLimits.defaults());
    }

    public static ClientPort open(
            Optional<TlsFiles> tls,
            List<BindableService> services,
            HttpHandler http,
            PortLimits limits) {
        for (int i = 1; ; i++) {
            try {
                return ClientPort.start(List.of(candidate()), tls, services, http, limits);
            } catch (PortException taken) {
                if (i == TRIES || !taken.getMessage().contains("in use")) {
                    throw taken;
                }
            }
        }
    }

    /** A gRPC channel in the clear to the first address of a port. */
    public static ManagedChannel channel(ClientPort port) {
        return NettyChannelBuilder.forAddress(port.addresses().get(0))
                .usePlaintext()
                .directExecutor()
                .build();
    }
}
