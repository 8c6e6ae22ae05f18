package org.pdtoolkit.server.discovery;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.config.DiscoverySettings;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.runtime.ClusterIdentity;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeStartException;

/** The initial cluster as the configuration says that it is to be found. */
public final class Discovery {
    private static final Logger LOG = LogManager.getLogger(Discovery.class);

    private final NodeConfig config;

    public Discovery(NodeConfig config) {
        this.config = config;
    }

    /**
     * Blocks until all founders are known, however long they take.
     *
     * @throws NodeStartException saying what keeps this node from founding a cluster
     */
    public InitialCluster initialCluster() {
        InitialCluster found = config.discovery().map(this::discover).orElseGet(this::configured);
        List<String> problems = config.bootstrapProblems(found.members());
        if (!problems.isEmpty()) {
            throw new NodeStartException(String.join("; ", problems));
        }
        return found;
    }

    /** Warns of what the configuration asks for in vain, because the data dir holds a member. */
    public void notNeeded() {
        if (config.discovery().isPresent()) {
            LOG.warn(
                    "discovery is ignored: the data dir holds a member already: data-dir={}",
                    config.dataDir());
        }
    }

    private InitialCluster configured() {
        return new InitialCluster(config.initialCluster(), config.initialClusterToken());
    }

    private InitialCluster discover(DiscoverySettings settings) {
        if (settings instanceof DiscoverySettings.Registry registry) {
            try (Registry keys = new EtcdRegistry(registry)) {
                return rendezvous(keys, registry.token());
            }
        }
        if (settings instanceof DiscoverySettings.TokenUrl tokenUrl) {
            return throughTokenUrl(tokenUrl);
        }
        SrvDiscovery records = new SrvDiscovery((DiscoverySettings.Srv) settings);
        Map<String, List<String>> members =
                records.members(config.name(), config.advertisePeerUrls());
        return new InitialCluster(members, config.initialClusterToken());
    }

    private InitialCluster throughTokenUrl(DiscoverySettings.TokenUrl settings) {
        try (Registry keys = new TokenUrlRegistry(settings.url(), settings.proxy())) {
            return rendezvous(keys, settings.url().toString());
        } catch (ClusterFullException full) {
            if (settings.fallBackToProxy()) {
                throw new NodeStartException(
                        full.getMessage()
                                + ". Going on as a proxy, which --discovery-fallback=proxy asks"
                                + " for, is not supported yet",
                        full);
            }
            throw full;
        }
    }

    private InitialCluster rendezvous(Registry registry, String token) {
        List<String> urls = config.advertisePeerUrls().stream().map(URI::toString).toList();
        Rendezvous.Self self =
                new Rendezvous.Self(
                        Long.toHexString(ClusterIdentity.memberId(urls, token)),
                        config.name(),
                        urls);
        return new InitialCluster(new Rendezvous(registry, self, Backoff.real()).meet(), token);
    }
}
