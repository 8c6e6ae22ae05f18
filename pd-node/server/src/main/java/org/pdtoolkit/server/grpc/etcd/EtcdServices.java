package org.pdtoolkit.server.grpc.etcd;

import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.pdtoolkit.kv.EtcdKv;
import org.pdtoolkit.server.auth.PasswordHasher;
import org.pdtoolkit.server.grpc.MemberChannels;
import org.pdtoolkit.server.port.BackgroundPool;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * etcd's services as the client port takes them, each behind the same rules, in etcd's order: the
 * message as such, learner, client version, leader, and who may.
 *
 * <p>Thread: any.
 */
public final class EtcdServices implements AutoCloseable {
    /** Each holds a view of the whole store. */
    private static final int MAINTENANCE_THREADS = 2;

    private static final int MAINTENANCE_QUEUE_MAX = 16;

    private final ReadPool reads;
    private final BackgroundPool maintenance;
    private final LeaderRule leader;
    private final MemberChannels channels;
    private final PasswordHasher passwords;
    private final List<BindableService> services;

    /**
     * @param timer runs looks at the leader; its tasks are short
     * @param tls files of this node, with which it asks the leader
     */
    public EtcdServices(
            EtcdBackend backend, ScheduledExecutorService timer, Optional<TlsFiles> tls) {
        Headers headers = new Headers(backend.clusterId(), backend.consensus());
        EtcdKv store = new CallersKv(backend.kv());
        reads = new ReadPool(store);
        maintenance = new BackgroundPool("maintenance", MAINTENANCE_THREADS, MAINTENANCE_QUEUE_MAX);
        leader = new LeaderRule(backend.consensus(), backend.electionTimeout(), timer);
        channels = new MemberChannels(tls);
        LeaderCalls toLeader =
                new LeaderCalls(backend.consensus(), channels, timer, backend.requestTimeout());
        LeaderOnlyRule leaderOnly = new LeaderOnlyRule(backend.consensus());
        LearnerRule learner = new LearnerRule(backend::learner);
        ClientVersionRule version = new ClientVersionRule();
        EtcdAccess who = backend.access();
        passwords = who.passwords();
        AccessRule access = new AccessRule(who.auth(), who.tokens(), who.certificateNames());
        MessageRule messages = new MessageRule(backend.messageBytesMax());
        KvGrpcService kv = new KvGrpcService(store, reads, headers, backend.requestBytesMax());
        ClusterGrpcService cluster = new ClusterGrpcService(backend.members(), headers);
        LeaseGrpcService leases = new LeaseGrpcService(store, toLeader, headers);
        WatchGrpcService watch =
                new WatchGrpcService(
                        store, headers, backend.messageBytesMax(), timer, backend.watchProgress());
        QueueEntry.Tools queues = new QueueEntry.Tools(store, reads, leases, timer);
        services =
                List.of(
                                kv.definition(),
                                watch.bindService(),
                                leases.bindService(),
                                new ElectionGrpcService(queues, headers).bindService(),
                                new LockGrpcService(queues, headers).bindService(),
                                cluster.bindService(),
                                new MaintenanceGrpcService(backend, headers, maintenance)
                                        .bindService(),
                                new AuthGrpcService(who, headers).bindService())
                        .stream()
                        .map(
                                service ->
                                        ServerInterceptors.interceptForward(
                                                service,
                                                learner,
                                                version,
                                                leader,
                                                leaderOnly,
                                                access))
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
        // A view must not be interrupted.
        maintenance.finish();
        passwords.close();
    }
}
