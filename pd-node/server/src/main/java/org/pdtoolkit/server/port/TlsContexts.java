package org.pdtoolkit.server.port;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;

/** Builds the TLS context of the client port. */
final class TlsContexts {
    private TlsContexts() {}

    /**
     * A context that offers both protocols and, to a client that offers both, chooses HTTP/1.1:
     * clients of the REST API (Go's among them) offer both and expect it to be answered, while gRPC
     * clients offer HTTP/2 only.
     */
    static SslContext server(TlsFiles files) {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
                            .sslProvider(SslProvider.JDK)
                            .protocols("TLSv1.3", "TLSv1.2")
                            .applicationProtocolConfig(
                                    new ApplicationProtocolConfig(
                                            Protocol.ALPN,
                                            SelectorFailureBehavior.NO_ADVERTISE,
                                            SelectedListenerFailureBehavior.ACCEPT,
                                            ApplicationProtocolNames.HTTP_1_1,
                                            ApplicationProtocolNames.HTTP_2));
            if (files.authority().isPresent()) {
                builder.trustManager(files.authority().get().toFile())
                        .clientAuth(ClientAuth.REQUIRE);
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new PortException(
                    "cannot use certificate %s with key %s%s: %s"
                            .formatted(
                                    files.certificate(),
                                    files.key(),
                                    files.authority()
                                            .map(path -> " and authority " + path)
                                            .orElse(""),
                                    rootMessage(e)),
                    e);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
