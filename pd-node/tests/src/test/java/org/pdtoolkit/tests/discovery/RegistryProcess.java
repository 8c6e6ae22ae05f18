package org.pdtoolkit.tests.discovery;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.support.Certificates;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.Ports;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;

/** A running node whose keys are a registry, and who sets it up. Thread: one at a time. */
final class RegistryProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CALL_SECONDS = 5;

    private final int port;
    private final NodeProcess node;
    private final ManagedChannel channel;

    private RegistryProcess(
            int port,
            Path directory,
            String scheme,
            List<String> more,
            NettyChannelBuilder channel) {
        this.port = port;
        this.channel = channel.build();
        List<String> flags =
                new ArrayList<>(
                        List.of(
                                "--name=registry",
                                "--etcd-only",
                                "--data-dir=" + directory.resolve("data"),
                                "--client-urls=" + scheme + "://127.0.0.1:" + port,
                                "--peer-urls=" + scheme + "://127.0.0.1:" + (port + 1)));
        flags.addAll(more);
        node = new NodeProcess("registry", flags, directory.resolve("log"));
    }

    static RegistryProcess plain(Path directory) {
        int port = Ports.free(2);
        return new RegistryProcess(
                port,
                directory,
                "http",
                List.of(),
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext());
    }

    /** Behind TLS; whoever asks has to show a certificate of that authority. */
    static RegistryProcess secure(Path directory, Certificates certificates, String... flags)
            throws Exception {
        int port = Ports.free(2);
        TlsFiles files = certificates.files(directory, true);
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--cert=" + files.certificate(),
                                "--key=" + files.key(),
                                "--cacert=" + files.authority().orElseThrow()));
        all.addAll(List.of(flags));
        return new RegistryProcess(
                port,
                directory,
                "https",
                all,
                NettyChannelBuilder.forAddress("127.0.0.1", port)
                        .sslContext(
                                GrpcSslContexts.forClient()
                                        .trustManager(
                                                certificates.authority().toTrustManagerFactory())
                                        .keyManager(certificates.node().toKeyManagerFactory())
                                        .build()));
    }

    /** Starts it and waits until it serves. */
    void start() {
        node.start();
        LocalCluster.await(
                "registry",
                PATIENCE,
                () -> {
                    channel.resetConnectBackoff();
                    try {
                        put("ready", "?");
                        return true;
                    } catch (StatusRuntimeException e) {
                        return false;
                    }
                });
    }

    void kill() {
        node.kill();
    }

    /** Host and port. */
    String address() {
        return "127.0.0.1:" + port;
    }

    ManagedChannel channel() {
        return channel;
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    private void put(String key, String value) {
        PutRequest request =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build();
        kv().put(request);
    }

    void size(String token, String text) {
        put(prefix(token) + "_config/size", text);
    }

    void signedIn(String token, String id, String text) {
        put(prefix(token) + "members/" + id, text);
    }

    /** Texts of those that have signed in. */
    List<String> members(String token) {
        RangeRequest request =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix(token) + "members/"))
                        .setRangeEnd(ByteString.copyFromUtf8(prefix(token) + "members0"))
                        .build();
        return kv().range(request).getKvsList().stream()
                .map(kv -> kv.getValue().toStringUtf8())
                .toList();
    }

    /** Where the registry of a token is. */
    static String prefix(String token) {
        return "/_etcd/registry/" + token + "/";
    }

    @Override
    public void close() {
        channel.shutdownNow();
        node.close();
    }
}
