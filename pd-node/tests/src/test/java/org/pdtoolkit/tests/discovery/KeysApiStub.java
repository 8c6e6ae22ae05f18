package org.pdtoolkit.tests.discovery;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.pdtoolkit.tests.process.Ports;

/**
 * As much of etcd's old keys API as discovery uses: values, one level of directories, creation that
 * fails if the key is there, and long polls.
 */
final class KeysApiStub implements AutoCloseable {

    /** What goes wrong with the next requests. */
    enum Trouble {
        NONE,
        UNAVAILABLE,
        /** A write is done, but its answer is lost. */
        LOST_ANSWER,
        NOT_JSON
    }

    private record Value(String text, long index) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Value> values = new TreeMap<>();
    private final CountDownLatch troubled = new CountDownLatch(1);
    private long index;
    private Trouble trouble = Trouble.NONE;

    KeysApiStub() {
        int port = Ports.free(1);
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI url(String token) {
        return URI.create(address() + "/" + token);
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized void put(String path, String text) {
        values.put(path, new Value(text, ++index));
        notifyAll();
    }

    synchronized List<String> texts(String token) {
        return values.entrySet().stream()
                .filter(e -> e.getKey().startsWith("/" + token + "/"))
                .filter(e -> !e.getKey().contains("_config"))
                .map(e -> e.getValue().text())
                .toList();
    }

    synchronized void trouble(Trouble next) {
        trouble = next;
    }

    /** Waits until somebody has met the trouble. */
    void awaitTroubled() throws InterruptedException {
        if (!troubled.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody asked");
        }
    }

    private void answer(HttpExchange call) throws IOException {
        try (call) {
            Trouble now = met(call.getRequestMethod());
            switch (now) {
                case UNAVAILABLE -> send(call, 503, "busy");
                case NOT_JSON -> send(call, 200, "<html>welcome</html>");
                case LOST_ANSWER -> put(call, false);
                case NONE -> {
                    if (call.getRequestMethod().equals("PUT")) {
                        put(call, true);
                    } else {
                        get(call);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Trouble met(String method) {
        if (trouble == Trouble.LOST_ANSWER) {
            if (!method.equals("PUT")) {
                return Trouble.NONE;
            }
            trouble = Trouble.NONE;
            return Trouble.LOST_ANSWER;
        }
        if (trouble != Trouble.NONE) {
            troubled.countDown();
        }
        return trouble;
    }

    private void put(HttpExchange call, boolean answers) throws IOException {
        String path = call.getRequestURI().getPath();
        String form = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String text = URLDecoder.decode(form.substring(6), StandardCharsets.UTF_8);
        boolean exists;
        synchronized (this) {
            exists = values.containsKey(path);
            if (!exists) {
                put(path, text);
            }
        }
        if (!answers) {
            return;
        }
        if (exists) {
            send(call, 412, "{\"errorCode\":105,\"message\":\"Key already exists\",\"index\":9}");
        } else {
            send(call, 201, "{\"action\":\"create\",\"node\":{\"key\":\"" + path + "\"}}");
        }
    }

    private void get(HttpExchange call) throws IOException, InterruptedException {
        String path = call.getRequestURI().getPath();
        String query = String.valueOf(call.getRequestURI().getQuery());
        String body;
        synchronized (this) {
            if (query.contains("wait=true")) {
                long wanted = Long.parseLong(query.replaceAll(".*waitIndex=", ""));
                while (index < wanted) {
                    wait();
                }
            }
            Value value = values.get(path);
            String children =
                    values.entrySet().stream()
                            .filter(e -> e.getKey().matches(path + "/[^/]+"))
                            .map(e -> node(e.getKey(), e.getValue()))
                            .collect(Collectors.joining(","));
            boolean isDirectory =
                    values.keySet().stream().anyMatch(key -> key.startsWith(path + "/"));
            if (value != null) {
                body = "{\"action\":\"get\",\"node\":" + node(path, value) + "}";
            } else if (isDirectory) {
                body =
                        "{\"action\":\"get\",\"node\":{\"key\":\""
                                + path
                                + "\",\"dir\":true,\"nodes\":["
                                + children
                                + "],\"createdIndex\":1,\"modifiedIndex\":1}}";
            } else {
                body = "";
            }
            call.getResponseHeaders().add("X-Etcd-Index", Long.toString(index));
        }
        if (body.isEmpty()) {
            send(call, 404, "{\"errorCode\":100,\"message\":\"Key not found\",\"index\":9}");
        } else {
            send(call, 200, body);
        }
    }

    private static String node(String path, Value value) {
        return String.format(
                "{\"key\":\"%s\",\"value\":\"%s\",\"modifiedIndex\":%d,\"createdIndex\":%d}",
                path, value.text(), value.index(), value.index());
    }

    private static void send(HttpExchange call, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        call.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = call.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** Entries of a token that others have signed in with, in this order. */
    synchronized void signedIn(String token, List<String> texts) {
        texts.forEach(text -> put("/" + token + "/" + Long.toHexString(0xfff0 + index), text));
    }

    synchronized void awaitSignedIn(String token, int count) throws InterruptedException {
        while (texts(token).size() < count) {
            wait();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
