package org.pdtoolkit.ctl.client;

import java.time.Duration;
import java.util.List;

/**
 * How to reach a cluster.
 *
 * @param endpoints tried in order
 * @param cacert PEM file of trusted authorities; empty for the JDK's own
 * @param cert PEM file of the client certificate; empty for none
 * @param key PEM file of its key; empty for none
 * @param timeout bound of one exchange with one member
 */
public record Connection(
        List<Endpoint> endpoints, String cacert, String cert, String key, Duration timeout) {
    public Connection {
        endpoints = List.copyOf(endpoints);
    }
}
