package org.pdtoolkit.server.http;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * Asks the client ports of other members over HTTP, with this node's certificate when TLS is on.
 *
 * <p>Thread: any; never blocks. The client behind it is built on first use: most nodes are asked
 * nothing for a while, and its classes cost start-up time.
 */
final class MemberClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    private final Optional<TlsFiles> tls;
    private HttpClient client;

    MemberClient(Optional<TlsFiles> tls) {
        this.tls = tls;
    }

    /** Whether the member behind this client URL answers its ping. Never fails. */
    CompletableFuture<Boolean> ping(String clientUrl) {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(URI.create(clientUrl + PdApi.V1 + "/ping"));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(false);
        }
        return client().sendAsync(
                        request.timeout(PING_TIMEOUT).header(PdApi.ALLOW_FOLLOWER, "true").build(),
                        HttpResponse.BodyHandlers.discarding())
                .handle((response, failure) -> failure == null && response.statusCode() == 200);
    }

    CompletableFuture<HttpResponse<byte[]>> send(HttpRequest.Builder request) {
        return client().sendAsync(
                        request.timeout(REQUEST_TIMEOUT).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    private synchronized HttpClient client() {
        if (client == null) {
            HttpClient.Builder builder =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .followRedirects(HttpClient.Redirect.NEVER)
                            .connectTimeout(CONNECT_TIMEOUT);
            tls.ifPresent(files -> builder.sslContext(context(files).context()));
            client = builder.build();
        }
        return client;
    }

    private static JdkSslContext context(TlsFiles files) {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient()
                            .sslProvider(SslProvider.JDK)
                            .keyManager(files.certificate().toFile(), files.key().toFile());
            files.authority().ifPresent(path -> builder.trustManager(path.toFile()));
            return (JdkSslContext) builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS files that the port uses cannot be read", e);
        }
    }
}
