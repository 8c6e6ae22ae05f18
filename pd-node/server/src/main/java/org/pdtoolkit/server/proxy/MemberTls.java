package org.pdtoolkit.server.proxy;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.pdtoolkit.server.port.PortException;
import org.pdtoolkit.server.port.TlsFiles;

/** TLS towards the members, with this node's certificate. */
final class MemberTls {
    private MemberTls() {}

    /** For HTTP/1.1. */
    static SSLContext forHttp(TlsFiles files) {
        try {
            SslContextBuilder builder =
                    with(Optional.of(files), SslContextBuilder.forClient())
                            .sslProvider(SslProvider.JDK);
            return ((JdkSslContext) builder.build()).context();
        } catch (SSLException e) {
            throw unusable(e);
        }
    }

    /** For gRPC; without files it trusts the machine's authorities. */
    static SslContext forGrpc(Optional<TlsFiles> files) {
        try {
            return with(files, GrpcSslContexts.forClient()).build();
        } catch (SSLException e) {
            throw unusable(e);
        }
    }

    private static SslContextBuilder with(Optional<TlsFiles> files, SslContextBuilder builder) {
        files.ifPresent(
                found -> {
                    builder.keyManager(found.certificate().toFile(), found.key().toFile());
                    found.authority().ifPresent(path -> builder.trustManager(path.toFile()));
                });
        return builder;
    }

    private static PortException unusable(SSLException e) {
        return new PortException("cannot speak TLS to the members: " + e.getMessage(), e);
    }
}
