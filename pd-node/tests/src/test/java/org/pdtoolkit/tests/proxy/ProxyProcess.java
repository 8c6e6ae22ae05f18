package org.pdtoolkit.tests.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.Ports;

/** A node in proxy mode as a process of its own, and an HTTP client of it. Thread: any. */
final class ProxyProcess implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final NodeProcess process;
    private final String url;
    private final HttpClient http;
    private final Path dataDir;

    /**
     * @param directory of its data and its log
     * @param scheme of its client URL
     * @param http what its URL is asked with
     */
    ProxyProcess(String name, Path directory, String scheme, HttpClient http, List<String> flags) {
        this.url = scheme + "://127.0.0.1:" + Ports.free(1);
        this.http = http;
        this.dataDir = directory.resolve(name).resolve("data");
        List<String> arguments =
                new ArrayList<>(
                        List.of("--name=" + name, "--data-dir=" + dataDir, "--client-urls=" + url));
        arguments.addAll(flags);
        process = new NodeProcess(name, arguments, directory.resolve(name).resolve("log"));
    }

    static ProxyProcess plain(String name, Path directory, String... flags) {
        return new ProxyProcess(
                name, directory, "http", HttpClient.newHttpClient(), List.of(flags));
    }

    /** Starts it and waits until its port is open. */
    ProxyProcess start() {
        process.start();
        LocalCluster.await(
                "open port; it says " + process.output(),
                PATIENCE,
                () -> {
                    try {
                        return get("/v2/config/local/proxy").statusCode() == 200;
                    } catch (UncheckedIOException notYet) {
                        return false;
                    }
                });
        return this;
    }

    /** Waits until it forwards to exactly these URLs. */
    ProxyProcess awaitEndpoints(Set<String> urls) {
        LocalCluster.await(
                "list of " + urls + ", it is " + endpoints(),
                PATIENCE,
                () -> endpoints().equals(urls));
        return this;
    }

    String url() {
        return url;
    }

    Path dataDir() {
        return dataDir;
    }

    NodeProcess process() {
        return process;
    }

    /** Where it forwards to now, as it says itself. */
    Set<String> endpoints() {
        String body = get("/v2/config/local/proxy").body();
        String list = body.substring(body.indexOf('[') + 1, body.indexOf(']')).replace("\"", "");
        return Arrays.stream(list.split(",")).filter(s -> !s.isEmpty()).collect(Collectors.toSet());
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(url + path)));
    }

    HttpResponse<String> post(String path, String body) {
        return send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(
                    request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
