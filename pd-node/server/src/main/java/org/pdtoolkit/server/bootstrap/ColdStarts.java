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

    @Override
    public Origin origin() {
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
