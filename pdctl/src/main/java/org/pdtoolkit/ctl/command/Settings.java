package org.pdtoolkit.ctl.command;

import java.time.Duration;
import java.util.List;
import org.pdtoolkit.ctl.client.Connection;
import org.pdtoolkit.ctl.client.Endpoint;
import org.pdtoolkit.ctl.render.Format;

/**
 * What the global flags say.
 *
 * @param format {@code null} when nobody chose one
 */
public record Settings(
        List<Endpoint> endpoints,
        String cacert,
        String cert,
        String key,
        Duration timeout,
        Format format,
        boolean debug) {
    static final List<Endpoint> DEFAULT_ENDPOINTS = Endpoint.parseList("http://127.0.0.1:2379");
    // A follower waits 3 s for a leader before it says there is none; leave room for two of those.
    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /** What holds when neither a flag nor the environment says anything. */
    static final Settings BUILT_IN =
            new Settings(DEFAULT_ENDPOINTS, "", "", "", DEFAULT_TIMEOUT, null, false);

    /** The part that a client depends on. */
    public Connection connection() {
        return new Connection(endpoints, cacert, cert, key, timeout);
    }
}
