package org.pdtoolkit.server.bootstrap;

import java.util.List;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeStartException;

/** Chooses the source of the cluster that the configuration names; at most one is set. */
public final class ColdStarts {
    private ColdStarts() {}

    public static ColdStart of(NodeConfig config) {
        return () -> founding(config);
    }

    private static InitialCluster founding(NodeConfig config) {
        List<String> problems = config.bootstrapProblems();
        if (!problems.isEmpty()) {
            throw new NodeStartException(String.join("; ", problems));
        }
        return new InitialCluster(config.initialCluster(), config.initialClusterToken());
    }
}
