package org.pdtoolkit.tests.etcd;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.maintenance.StatusResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pdtoolkit.server.support.Certificates;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;

/** Three members that serve etcd's API alone, and clients of them. */
final class JetcdCluster implements AutoCloseable {
    /**
     * How members and clients speak; with TLS both show certificates of one authority, and clients
     * are the user that theirs names, {@code node}, until they log in.
     */
    enum Transport {
        PLAIN,
        TLS
    }

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LocalCluster processes;
    private final Optional<SslContext> tls;
    private final Client client;

    JetcdCluster(Transport transport, Path directory, String... flags) throws Exception {
        Optional<Certificates> certificates =
                transport == Transport.TLS ? Optional.of(Certificates.issue()) : Optional.empty();
        tls = certificates.isPresent() ? Optional.of(tls(certificates.get())) : Optional.empty();
        processes = processes(certificates, directory, flags);
        client = client(processes.clientUrls());
    }

    /** Starts the members and waits until all of them serve. */
    void start() {
        processes.start();
        for (NodeProcess node : processes.nodes()) {
            LocalCluster.await(
                    "member " + node.name() + " ready",
                    PATIENCE,
                    () -> node.output().contains("ready to serve client requests"));
        }
    }

    private static LocalCluster processes(
            Optional<Certificates> certificates, Path directory, String... flags) throws Exception {
        List<String> all = new ArrayList<>(List.of("--etcd-only"));
        all.addAll(List.of(flags));
        if (certificates.isPresent()) {
            all.add("--client-cert-auth");
        }
        return new LocalCluster(
                List.of("file", "h2", "file"),
                directory,
                all,
                name -> List.of(),
                certificates.isPresent()
                        ? Optional.of(certificates.get().files(directory, true))
                        : Optional.empty());
    }

    private static SslContext tls(Certificates certificates) throws Exception {
        return GrpcSslContexts.forClient()
                .trustManager(certificates.authority().toTrustManagerFactory())
                .keyManager(certificates.node().toKeyManagerFactory())
                .build();
    }

    LocalCluster processes() {
        return processes;
    }

    /** Of all members, asked in turn; closed with the cluster. */
    Client client() {
        return client;
    }

    /** Of these members, asked in turn. */
    Client client(List<String> urls) {
        return builder(urls).build();
    }

    /** Of that member, which has no other one to go to. */
    Client clientOf(String name) {
        return client(List.of(processes.clientUrl(name)));
    }

    /** Of that member as long as it is there, then of the next one. */
    ClientBuilder clientFrom(String name) {
        List<String> urls = urlsWithout(name);
        urls.add(0, processes.clientUrl(name));
        return builder(urls).loadBalancerPolicy("pick_first");
    }

    private ClientBuilder builder(List<String> urls) {
        ClientBuilder builder = Client.builder().endpoints(urls.toArray(String[]::new));
        tls.ifPresent(builder::sslContext);
        return builder;
    }

    /** Client URLs of all members but one. */
    List<String> urlsWithout(String name) {
        List<String> urls = new ArrayList<>(processes.clientUrls());
        urls.remove(processes.clientUrl(name));
        return urls;
    }

    /** Name of the member that says it is the leader. */
    String leader() throws Exception {
        for (NodeProcess node : processes.nodes()) {
            StatusResponse status = status(client, node.name());
            if (status.getLeader() == status.getHeader().getMemberId()) {
                return node.name();
            }
        }
        throw new IllegalStateException("no leader");
    }

    StatusResponse status(Client of, String name) throws Exception {
        return get(of.getMaintenanceClient().statusMember(processes.clientUrl(name)));
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Tries what may be tried again until it is done. What is under way when the leader dies may
     * have been carried out, or be lost with it and answered late.
     */
    static void untilDone(String what, Supplier<CompletableFuture<?>> call) {
        LocalCluster.await(
                what,
                PATIENCE,
                () ->
                        call.get()
                                .orTimeout(1, TimeUnit.SECONDS)
                                .handle((done, failure) -> failure == null)
                                .join());
    }

    /** What the server said, or else what the client makes of it. */
    static String refusal(CompletableFuture<?> future) {
        return refusal(assertThrows(ExecutionException.class, () -> get(future)).getCause());
    }

    /** The KV client passes on what gRPC threw, the others wrap it, a login even twice. */
    static String refusal(Throwable failure) {
        String text = failure.toString();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EtcdException refused) {
                text = refused.getErrorCode() + ": " + refused.getMessage();
            } else if (cause instanceof StatusRuntimeException refused) {
                Status status = refused.getStatus();
                text = status.getCode() + ": " + status.getDescription();
            }
        }
        return text;
    }

    @Override
    public void close() {
        client.close();
        processes.close();
    }
}
