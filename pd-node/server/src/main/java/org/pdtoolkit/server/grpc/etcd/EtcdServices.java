package org.pdtoolkit.server.grpc.etcd;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/**
 * etcd's services as the client port takes them, each behind the same rules, in etcd's order: the
 * size of the message, learner, client version, leader.
 *
 * <p>Thread: any.
 */
public final class EtcdServices implements AutoCloseable {
    private final ReadPool reads;
    private final LeaderRule leader;
    private final List<BindableService> services;

    /**
     * @param timer runs looks at the leader; its tasks are short
     */
    public EtcdServices(EtcdBackend backend, ScheduledExecutorService timer) {
        Headers headers = new Headers(backend.clusterId(), backend.consensus());
        reads = new ReadPool(backend.kv());
        leader = new LeaderRule(backend.consensus(), backend.electionTimeout(), timer);
        LearnerRule learner = new LearnerRule(backend::learner);
        ClientVersionRule version = new ClientVersionRule();
        MessageSizeRule size = new MessageSizeRule(backend.messageBytesMax());
        KvGrpcService kv =
                new KvGrpcService(backend.kv(), reads, headers, backend.requestBytesMax());
        ClusterGrpcService cluster =
                new ClusterGrpcService(backend.kv(), backend.consensus(), headers);
        services =
                List.of(
                                kv.definition(),
                                cluster.bindService(),
                                new MaintenanceGrpcService(backend, headers).bindService())
                        .stream()
                        .map(
                                service ->
                                        ServerInterceptors.interceptForward(
                                                service, learner, version, leader))
                        .map(
                                service ->
                                        ServerInterceptors.intercept(
                                                ServerInterceptors.useInputStreamMessages(service),
                                                size))
                        .<BindableService>map(service -> () -> service)
                        .toList();
    }

    public List<BindableService> services() {
        return services;
    }

    /** Stops the threads of its own. */
    @Override
    public void close() {
        leader.close();
        reads.close();
    }
}
