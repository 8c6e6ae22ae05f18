package org.pdtoolkit.ctl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** An HTTP server on loopback that gives the recorded answers of a PD. */
public final class PdServer implements AutoCloseable {
    private static final Random PORTS = new Random();

    private static final CountDownLatch OPEN = new CountDownLatch(0);

    /** What to answer, once the gate is open; a negative status closes the connection. */
    private record Reply(CountDownLatch gate, int status, String body) {}

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Deque<Reply>> replies = new ConcurrentHashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private PdServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public static PdServer start() {
        try {
            HttpServer server = HttpServer.create();
            bind(server);
            return new PdServer(server, "http");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PdServer startTls(SSLContext context, boolean clientCertificate) {
        try {
            HttpsServer server = HttpsServer.create();
            server.setHttpsConfigurator(
                    new HttpsConfigurator(context) {
                        @Override
                        public void configure(HttpsParameters parameters) {
                            SSLParameters tls = context.getDefaultSSLParameters();
                            tls.setNeedClientAuth(clientCertificate);
                            parameters.setSSLParameters(tls);
                        }
                    });
            bind(server);
            return new PdServer(server, "https");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Below the range the system takes for outgoing connections. */
    private static void bind(HttpServer server) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                server.bind(loopback(20_000 + PORTS.nextInt(11_000)), 0);
                return;
            } catch (BindException e) {
                if (attempt == 50) {
                    throw e;
                }
            }
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** An address where nothing listens. */
    public static String nobody() {
        for (int attempt = 0; attempt < 50; attempt++) {
            int port = 20_000 + PORTS.nextInt(11_000);
            try (ServerSocket probe = new ServerSocket()) {
                probe.bind(loopback(port));
                return "http://127.0.0.1:" + port;
            } catch (IOException e) {
                // Taken; try another one.
            }
        }
        throw new IllegalStateException("no free port");
    }

    /** Answers a call; several answers are given in turn and the last one for ever. */
    public PdServer on(String methodAndPath, int status, String body) {
        return on(methodAndPath, OPEN, status, body);
    }

    /** Answers a call when the gate is open. */
    public PdServer on(String methodAndPath, CountDownLatch gate, int status, String body) {
        replies.computeIfAbsent(methodAndPath, k -> new ArrayDeque<>())
                .add(new Reply(gate, status, body));
        return this;
    }

    /** Takes the request and closes the connection. */
    PdServer breakOff(String methodAndPath) {
        return on(methodAndPath, -1, "");
    }

    /** Takes the request and never answers. */
    public PdServer stall(String methodAndPath) {
        return on(methodAndPath, closed, -1, "");
    }

    public String url() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    String hostAndPort() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Method, path and body of each request so far. */
    public List<String> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        synchronized (requests) {
            requests.add((call + " " + body).strip());
            requests.notifyAll();
        }
        Reply reply = next(call);
        try {
            reply.gate().await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (reply.status() > 0) {
            byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
        exchange.close();
    }

    private Reply next(String call) {
        Deque<Reply> queue = replies.get(call);
        if (queue == null) {
            return new Reply(OPEN, 404, "404 page not found\n");
        }
        synchronized (queue) {
            return queue.size() > 1 ? queue.poll() : queue.peek();
        }
    }

    /** Waits until this call came in. */
    public void awaitRequest(String methodAndPath) throws InterruptedException {
        synchronized (requests) {
            while (requests.stream().noneMatch(r -> r.startsWith(methodAndPath))) {
                requests.wait(10_000);
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
