package org.pdtoolkit.server;

import java.util.List;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.proxy.ProxyNode;
import org.pdtoolkit.server.proxy.ProxySettings;
import org.pdtoolkit.server.runtime.NodeStartException;

/** Starts a node in proxy mode as it is configured. */
final class ProxyNodes {
    private ProxyNodes() {}

    /**
     * @throws org.pdtoolkit.server.port.PortException the port cannot be opened or the data
     *     directory cannot be used
     */
    static ProxyNode start(NodeConfig config) {
        NodeConfig.Proxy proxy = config.proxy();
        ProxySettings settings =
                new ProxySettings(
                        PdNode.addresses(config.clientUrls()),
                        PdNode.tls(config),
                        config.dataDir(),
                        PdNode.texts(proxy.endpoints()),
                        proxy.mode() == NodeConfig.ProxyMode.READONLY,
                        new ProxySettings.Times(
                                proxy.failureWait(),
                                proxy.refresh(),
                                proxy.dial(),
                                proxy.write(),
                                proxy.read()));
        return ProxyNode.start(settings, () -> initialPeers(config));
    }

    private static List<String> initialPeers(NodeConfig config) {
        if (config.discovery().isPresent()) {
            throw new NodeStartException(
                    "a proxy does not find the members by discovery yet: name them with"
                            + " --initial-cluster or --endpoints");
        }
        return config.initialCluster().values().stream().flatMap(List::stream).toList();
    }
}
