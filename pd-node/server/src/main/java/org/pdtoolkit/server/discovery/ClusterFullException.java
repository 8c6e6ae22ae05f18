package org.pdtoolkit.server.discovery;

import java.util.List;
import java.util.Map;
import org.pdtoolkit.server.runtime.NodeStartException;

/** The registry has all founders that it was told to expect, and this node is none of them. */
public final class ClusterFullException extends NodeStartException {
    private static final long serialVersionUID = 1L;

    private final transient Map<String, List<String>> founders;

    ClusterFullException(String message, Map<String, List<String>> founders) {
        super(message);
        this.founders = founders;
    }

    /** Peer URLs of the founders by name. */
    public Map<String, List<String>> founders() {
        return founders;
    }
}
