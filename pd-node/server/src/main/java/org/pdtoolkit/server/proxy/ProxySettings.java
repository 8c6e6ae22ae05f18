package org.pdtoolkit.server.proxy;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * What a proxy is started with.
 *
 * @param listen where clients connect
 * @param portTls of the port
 * @param tls towards the members
 * @param dataDir data directory of the node
 * @param endpoints client URLs of members that are asked who is there; empty to ask peer URLs
 * @param readOnly whether what changes something is refused
 * @param times how long things may take
 */
public record ProxySettings(
        List<InetSocketAddress> listen,
        Optional<TlsFiles> portTls,
        Optional<TlsFiles> tls,
        Path dataDir,
        List<String> endpoints,
        boolean readOnly,
        Times times) {
    public ProxySettings {
        listen = List.copyOf(listen);
        endpoints = List.copyOf(endpoints);
    }

    /**
     * @param failureWait a member that could not be reached is left alone so long
     * @param refresh between two looks at who the members are
     * @param dial to connect to a member
     * @param write a member may stay without taking a byte of a request; HTTP/1.1 only
     * @param read a member may stay silent while its answer is waited for; zero means for ever;
     *     HTTP/1.1 only
     */
    public record Times(
            Duration failureWait, Duration refresh, Duration dial, Duration write, Duration read) {
        /** The original's defaults. */
        public static Times defaults() {
            return new Times(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ZERO);
        }
    }
}
