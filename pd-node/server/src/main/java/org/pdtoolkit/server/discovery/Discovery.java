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
     * @throws ClusterFullException when others have taken all places
     * @throws NodeStartException saying what else keeps this node from founding a cluster
     */
    public InitialCluster initialCluster() {
        InitialCluster found = config.discovery().map(this::discover).orElseGet(this::configured);
        List<String> problems = config.bootstrapProblems(found.members());
        if (!problems.isEmpty()) {
            throw new NodeStartException(String.join("; ", problems));
        }
        return found;
    }

    /**
     * Peer URLs of the founders, for a node that is none of them and does not sign in. Blocks until
     * all of them are known.
     *
     * @throws NodeStartException when they cannot be found
     */
    public List<String> peerUrls() {
        Map<String, List<String>> founders =
                config.discovery().map(this::lookOn).orElseGet(config::initialCluster);
        return founders.values().stream().flatMap(List::stream).toList();
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
        if (settings instanceof DiscoverySettings.Srv srv) {
            Map<String, List<String>> members =
                    new SrvDiscovery(srv).members(config.name(), config.advertisePeerUrls());
            return new InitialCluster(members, config.initialClusterToken());
        }
        String token = token(settings);
        try (Registry registry = open(settings)) {
            return new InitialCluster(rendezvous(registry, token).meet(), token);
        }
    }

    private Map<String, List<String>> lookOn(DiscoverySettings settings) {
        if (settings instanceof DiscoverySettings.Srv srv) {
            return new SrvDiscovery(srv).named(config.name(), List.of());
        }
        try (Registry registry = open(settings)) {
            return rendezvous(registry, token(settings)).lookOn();
        }
    }

    private static String token(DiscoverySettings settings) {
        return settings instanceof DiscoverySettings.Registry registry
                ? registry.token()
                : ((DiscoverySettings.TokenUrl) settings).url().toString();
    }

    private static Registry open(DiscoverySettings settings) {
        if (settings instanceof DiscoverySettings.Registry registry) {
            return new EtcdRegistry(registry);
        }
        DiscoverySettings.TokenUrl tokenUrl = (DiscoverySettings.TokenUrl) settings;
        return new TokenUrlRegistry(tokenUrl.url(), tokenUrl.proxy());
    }

    private Rendezvous rendezvous(Registry registry, String token) {
        List<String> urls = config.advertisePeerUrls().stream().map(URI::toString).toList();
        Rendezvous.Self self =
                new Rendezvous.Self(
                        Long.toHexString(ClusterIdentity.memberId(urls, token)),
                        config.name(),
                        urls);
        return new Rendezvous(registry, self, Backoff.real());
    }
}
