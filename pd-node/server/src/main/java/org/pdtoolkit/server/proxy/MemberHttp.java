package org.pdtoolkit.server.proxy;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * The HTTP/1.1 client that asks members; made on first use, because that takes longer than opening
 * the port.
 *
 * <p>Thread: any; the first call of {@link #client} blocks for as long as making it takes, so it is
 * left to a thread that may.
 */
final class MemberHttp {
    private final Duration dial;
    private final Optional<SSLContext> tls;
    private HttpClient client;

    /**
     * @throws org.pdtoolkit.server.port.PortException the files are unusable
     */
    MemberHttp(Duration dial, Optional<TlsFiles> tls) {
        this.dial = dial;
        this.tls = tls.map(MemberTls::forHttp);
    }

    synchronized HttpClient client() {
        if (client == null) {
            HttpClient.Builder builder =
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .followRedirects(HttpClient.Redirect.NEVER)
                            .connectTimeout(dial);
            tls.ifPresent(builder::sslContext);
            client = builder.build();
        }
        return client;
    }
}
