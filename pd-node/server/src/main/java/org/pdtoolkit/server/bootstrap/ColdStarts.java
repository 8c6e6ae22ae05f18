package org.pdtoolkit.server.bootstrap;

import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;
import org.pdtoolkit.server.config.DiscoverySettings;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.discovery.Discovery;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeStartException;

/** Chooses the source of the cluster that the configuration names; at most one is set. */
public final class ColdStarts implements ColdStart {
    private static final String EXISTING = "existing";

    private final NodeConfig config;
    private final Discovery discovery;
    private final ExistingCluster existing;
    private final Optional<TlsFiles> tls;
    private Optional<Origin> known = Optional.empty();

    /**
     * @param tls of the client port
     * @param peerTls dials peer ports; {@code null} for plain text
     */
    public ColdStarts(NodeConfig config, Optional<TlsFiles> tls, SSLSocketFactory peerTls) {
        this.config = config;
        this.discovery = new Discovery(config);
        this.existing = new ExistingCluster(config, peerTls);
        this.tls = tls;
    }

    /**
     * Finds the origin while the data dir has not been touched yet: whoever is refused leaves none
     * behind, and may become a proxy.
     *
     * @throws org.pdtoolkit.server.discovery.ClusterFullException when this node comes too late
     * @throws NodeStartException as {@link #origin} does
     */
    public void lookAhead() {
        known = Optional.of(origin());
    }

    @Override
    public Origin origin() {
        return known.orElseGet(this::find);
    }

    private Origin find() {
        if (config.join().isPresent()) {
            return new JoinByClientUrl(config, tls, existing).origin();
        }
        if (!config.initialClusterState().equals(EXISTING)) {
            return discovery.initialCluster();
        }
        boolean founding =
                config.discovery()
                        .filter(settings -> !(settings instanceof DiscoverySettings.Srv))
                        .isPresent();
        if (founding) {
            throw new NodeStartException(
                    "discovery URL should not be set when joining existing initial cluster");
        }
        InitialCluster cluster = discovery.initialCluster();
        return existing.join(cluster.members());
    }

    @Override
    public void notNeeded() {
        discovery.notNeeded();
    }
}
