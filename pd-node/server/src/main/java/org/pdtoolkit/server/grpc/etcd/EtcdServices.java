package org.pdtoolkit.server.grpc.etcd;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.pdtoolkit.server.grpc.MemberChannels;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * etcd's services as the client port takes them, each behind the same rules, in etcd's order: the
 * message as such, learner, client version, leader.
 *
 * <p>Thread: any.
 */
public final class EtcdServices implements AutoCloseable {
    private final ReadPool reads;
    private final MaintenancePool maintenance;
    private final LeaderRule leader;
    private final MemberChannels channels;
    private final List<BindableService> services;

    /**
     * @param timer runs looks at the leader; its tasks are short
     * @param tls files of this node, with which it asks the leader
     */
    public EtcdServices(
            EtcdBackend backend, ScheduledExecutorService timer, Optional<TlsFiles> tls) {
        Headers headers = new Headers(backend.clusterId(), backend.consensus());
        reads = new ReadPool(backend.kv());
        maintenance = new MaintenancePool();
        leader = new LeaderRule(backend.consensus(), backend.electionTimeout(), timer);
        channels = new MemberChannels(tls);
        LeaderCalls toLeader =
                new LeaderCalls(backend.consensus(), channels, timer, backend.electionTimeout());
        LeaderOnlyRule leaderOnly = new LeaderOnlyRule(backend.consensus());
        LearnerRule learner = new LearnerRule(backend::learner);
        ClientVersionRule version = new ClientVersionRule();
        MessageRule messages = new MessageRule(backend.messageBytesMax());
        KvGrpcService kv =
                new KvGrpcService(backend.kv(), reads, headers, backend.requestBytesMax());
        ClusterGrpcService cluster =
                new ClusterGrpcService(backend.kv(), backend.consensus(), headers);
        LeaseGrpcService leases = new LeaseGrpcService(backend.kv(), toLeader, headers);
        WatchGrpcService watch =
                new WatchGrpcService(
                        backend.kv(),
                        headers,
                        backend.messageBytesMax(),
                        timer,
                        backend.watchProgress());
        QueueEntry.Tools queues = new QueueEntry.Tools(backend.kv(), reads, leases, timer);
        services =
                List.of(
                                kv.definition(),
                                watch.bindService(),
                                leases.bindService(),
                                new ElectionGrpcService(queues, headers).bindService(),
                                new LockGrpcService(queues, headers).bindService(),
                                cluster.bindService(),
                                new MaintenanceGrpcService(backend, headers, maintenance)
                                        .bindService())
                        .stream()
                        .map(
                                service ->
                                        ServerInterceptors.interceptForward(
                                                service, learner, version, leader, leaderOnly))
                        .map(
                                service ->
                                        ServerInterceptors.intercept(
                                                ServerInterceptors.useInputStreamMessages(service),
                                                messages))
                        .<BindableService>map(service -> () -> service)
                        .toList();
    }

    public List<BindableService> services() {
        return services;
    }

    /** Stops the threads of its own and closes the connections to other members. */
    @Override
    public void close() {
        leader.close();
        channels.close();
        reads.close();
        maintenance.close();
    }
}
