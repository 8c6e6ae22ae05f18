package org.pdtoolkit.tests.proxy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.pdtoolkit.tests.process.LocalCluster;

/**
 * Writes through a proxy, over gRPC and over HTTP, and remembers which writes were acknowledged. A
 * write that failed is never tried again, so each key is written at most once.
 */
final class WriteLoad implements AutoCloseable {
    private static final int CALL_SECONDS = 10;
    private static final int PAUSE_MILLIS = 2;

    private final KV kv;
    private final ProxyProcess proxy;
    private final String prefix;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Thread grpc = new Thread(() -> run("grpc", this::putOverGrpc), "grpc-writer");
    private final Thread http = new Thread(() -> run("http", this::putOverHttp), "http-writer");
    private volatile boolean running = true;
    private volatile String lastFailure = "none";

    private interface Put {
        /** Whether it was acknowledged. */
        boolean of(String key) throws InterruptedException;
    }

    WriteLoad(KV kv, ProxyProcess proxy, String prefix) {
        this.kv = kv;
        this.proxy = proxy;
        this.prefix = prefix;
    }

    WriteLoad start() {
        grpc.start();
        http.start();
        return this;
    }

    private void run(String name, Put put) {
        try {
            for (int number = 0; running; number++) {
                String key = prefix + name + number;
                if (put.of(key)) {
                    acknowledged.add(key);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean putOverGrpc(String key) throws InterruptedException {
        ByteSequence bytes = ByteSequence.from(key, StandardCharsets.UTF_8);
        try {
            kv.put(bytes, bytes).get(CALL_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            lastFailure = "grpc: " + e;
            return false;
        }
    }

    private boolean putOverHttp(String key) {
        String text = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        try {
            HttpResponse<String> answer =
                    proxy.post(
                            "/v3/kv/put", "{\"key\":\"" + text + "\",\"value\":\"" + text + "\"}");
            if (answer.statusCode() != 200) {
                lastFailure = "http: " + answer.statusCode() + " " + answer.body();
            }
            return answer.statusCode() == 200;
        } catch (UncheckedIOException e) {
            lastFailure = "http: " + e;
            return false;
        }
    }

    /** Waits until both ways have carried more writes. */
    void awaitMore(int writes) {
        long grpcBefore = count("grpc");
        long httpBefore = count("http");
        LocalCluster.await(
                "more writes",
                ProxyProcess.PATIENCE,
                () -> count("grpc") >= grpcBefore + writes && count("http") >= httpBefore + writes);
    }

    private long count(String name) {
        return acknowledged.stream().filter(key -> key.startsWith(prefix + name)).count();
    }

    /** Keys of all acknowledged writes; complete once closed. */
    Set<String> acknowledged() {
        return acknowledged;
    }

    String lastFailure() {
        return lastFailure;
    }

    @Override
    public void close() {
        running = false;
        try {
            grpc.join(TimeUnit.SECONDS.toMillis(2 * CALL_SECONDS));
            http.join(TimeUnit.SECONDS.toMillis(2 * CALL_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
