package org.pdtoolkit.server.bootstrap;

import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.discovery.Discovery;
import org.pdtoolkit.server.runtime.ColdStart;

/** Chooses the source of the cluster that the configuration names; at most one is set. */
public final class ColdStarts {
    private ColdStarts() {}

    public static ColdStart of(NodeConfig config) {
        Discovery discovery = new Discovery(config);
        return new ColdStart() {
            @Override
            public Origin origin() {
                return discovery.initialCluster();
            }

            @Override
            public void notNeeded() {
                discovery.notNeeded();
            }
        };
    }
}
