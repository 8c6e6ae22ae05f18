package org.pdtoolkit.server.grpc.pd;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntSupplier;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.grpc.MemberChannels;
import org.pdtoolkit.server.port.TlsFiles;

/** PD's gRPC services as the client port takes them, with forwarding to the leader. */
public final class PdServices implements AutoCloseable {
    private final MemberChannels channels;
    private final List<BindableService> services;

    /**
     * @param memberId id of this member
     * @param maxReplicas replication.max-replicas, for bootstrap
     * @param timer runs retries; its tasks are short
     * @param tls files of this node, with which it asks the leader
     */
    public PdServices(
            Placement placement,
            long memberId,
            ReplicatedKv kv,
            IntSupplier maxReplicas,
            ScheduledExecutorService timer,
            TsoCounters counters,
            Optional<TlsFiles> tls) {
        this.channels = new MemberChannels(tls);
        ServerServiceDefinition pd =
                ServerInterceptors.intercept(
                        new PdService(placement, maxReplicas, timer, counters),
                        new Forwarding(placement, memberId, channels));
        this.services = List.of(() -> pd, new MetaStorageService(placement, kv));
    }

    public List<BindableService> services() {
        return services;
    }

    /** Closes the connections to leaders. */
    @Override
    public void close() {
        channels.close();
    }
}
