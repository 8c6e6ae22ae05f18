package org.pdtoolkit.server.discovery;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.server.discovery.KeysReply.Node;
import org.pdtoolkit.server.runtime.NodeStartException;

/**
 * A registry behind a token URL that speaks etcd's old keys API (etcd v2 discovery): {@code
 * <url>/_config/size} and {@code <url>/<id>}, in the order of creation.
 */
final class TokenUrlRegistry implements Registry {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    /** A poll that hears nothing for this long is begun again: the connection may be dead. */
    private static final Duration POLL_TIMEOUT = Duration.ofMinutes(5);

    private static final int REPLY_BYTES_MAX = 1 << 20;
    private static final int NO_SUCH_KEY = 100;
    private static final int KEY_EXISTS = 105;
    private static final int HISTORY_GONE = 401;

    private final String url;
    private final HttpClient client;

    /** Whether an attempt to sign in was left unanswered and may have succeeded. */
    private boolean unanswered;

    /**
     * @param proxy HTTP proxy on the way
     */
    TokenUrlRegistry(URI url, Optional<URI> proxy) {
        this.url = url.toString().replaceAll("/+$", "");
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .connectTimeout(CONNECT_TIMEOUT);
        proxy.ifPresent(
                p ->
                        builder.proxy(
                                ProxySelector.of(new InetSocketAddress(p.getHost(), p.getPort()))));
        client = builder.build();
    }

    @Override
    public Optional<String> size() throws RegistryUnavailableException {
        KeysReply reply = get("/_config/size");
        if (reply.errorCode() == NO_SUCH_KEY) {
            return Optional.empty();
        }
        return Optional.of(reply.orRefuse().value());
    }

    @Override
    public Listing list() throws RegistryUnavailableException {
        KeysReply reply = get("");
        List<Entry> entries =
                reply.orRefuse().children().stream()
                        .filter(node -> !lastPart(node.key()).equals("_config"))
                        .sorted(Comparator.comparingLong(Node::createdIndex))
                        .map(node -> new Entry(lastPart(node.key()), node.value()))
                        .toList();
        return new Listing(reply.index(), entries);
    }

    @Override
    public void signIn(Entry entry) throws RegistryUnavailableException {
        String form = "value=" + URLEncoder.encode(entry.text(), StandardCharsets.UTF_8);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url + "/" + entry.id() + "?prevExist=false"))
                        .timeout(ANSWER_TIMEOUT)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .PUT(HttpRequest.BodyPublishers.ofString(form))
                        .build();
        KeysReply reply;
        try {
            reply = send(request);
        } catch (RegistryUnavailableException e) {
            unanswered = true;
            throw e;
        }
        if (reply.errorCode() != KEY_EXISTS) {
            reply.orRefuse();
        } else if (!unanswered) {
            throw Rendezvous.refused(
                    "discovery: found duplicate id",
                    entry.id()
                            + " has signed in already: another node has these peer URLs, or this"
                            + " one has lost its data since; use a new token");
        }
    }

    @Override
    public void awaitChange(long index) throws RegistryUnavailableException {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        url + "?wait=true&recursive=true&waitIndex=" + (index + 1)))
                        .timeout(POLL_TIMEOUT)
                        .build();
        KeysReply reply = send(request);
        if (reply.errorCode() != HISTORY_GONE) {
            reply.orRefuse();
        }
    }

    private KeysReply get(String path) throws RegistryUnavailableException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_TIMEOUT).build());
    }

    private KeysReply send(HttpRequest request) throws RegistryUnavailableException {
        try {
            HttpResponse<InputStream> response =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            byte[] body;
            try (InputStream in = response.body()) {
                body = in.readNBytes(REPLY_BYTES_MAX);
            }
            if (response.statusCode() >= 500) {
                throw new RegistryUnavailableException(url + ": HTTP " + response.statusCode());
            }
            return KeysReply.parse(
                    body, response.headers().firstValueAsLong("X-Etcd-Index").orElse(0));
        } catch (HttpTimeoutException e) {
            throw new RegistryUnavailableException(url + ": no answer in time", e);
        } catch (IOException e) {
            throw new RegistryUnavailableException(url + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeStartException("interrupted while waiting for discovery", e);
        }
    }

    private static String lastPart(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    @Override
    public void close() {
        // Connections end with the client, which has nothing to close on Java 17.
    }
}
