package org.pdtoolkit.server;

import java.util.List;
import java.util.function.Supplier;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.discovery.Discovery;
import org.pdtoolkit.server.proxy.ProxyNode;
import org.pdtoolkit.server.proxy.ProxySettings;

/** Starts a node in proxy mode as it is configured. */
final class ProxyNodes {
    private ProxyNodes() {}

    /**
     * @throws org.pdtoolkit.server.runtime.NodeStartException the members cannot be found
     * @throws org.pdtoolkit.server.port.PortException the port cannot be opened or the data
     *     directory cannot be used
     */
    static ProxyNode start(NodeConfig config) {
        return start(config, () -> new Discovery(config).peerUrls());
    }

    /** The same in front of the members with these peer URLs, if it is the first start. */
    static ProxyNode start(NodeConfig config, Supplier<List<String>> initialPeerUrls) {
        NodeConfig.Proxy proxy = config.proxy();
        ProxySettings settings =
                new ProxySettings(
                        PdNode.addresses(config.clientUrls()),
                        PdNode.portTls(config),
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
        return ProxyNode.start(settings, initialPeerUrls);
    }
}
