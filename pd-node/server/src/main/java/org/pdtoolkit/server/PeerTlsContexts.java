package org.pdtoolkit.server;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.server.transport.PeerTransport;

/** TLS between members: both sides show a certificate of the same authorities. */
final class PeerTlsContexts {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private PeerTlsContexts() {}

    /**
     * @throws NodeStartException naming the file that cannot be used
     */
    static PeerTransport.PeerTls of(TlsFiles files) {
        try {
            SslContextBuilder server =
                    SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile())
                            .sslProvider(SslProvider.JDK)
                            .protocols(PROTOCOLS);
            SslContextBuilder client =
                    SslContextBuilder.forClient()
                            .keyManager(files.certificate().toFile(), files.key().toFile())
                            .sslProvider(SslProvider.JDK)
                            .protocols(PROTOCOLS);
            if (files.authority().isPresent()) {
                server.trustManager(files.authority().get().toFile())
                        .clientAuth(ClientAuth.REQUIRE);
                client.trustManager(files.authority().get().toFile());
            }
            SslContext dialling = client.build();
            return new PeerTransport.PeerTls(
                    server.build(),
                    dialling,
                    ((JdkSslContext) dialling).context().getSocketFactory());
        } catch (SSLException | IllegalArgumentException e) {
            throw new NodeStartException(
                    "cannot use certificate "
                            + files.certificate()
                            + " with key "
                            + files.key()
                            + files.authority().map(ca -> " and authority " + ca).orElse("")
                            + " between members: "
                            + e.getMessage(),
                    e);
        }
    }
}
