package org.pdtoolkit.server.runtime;

import org.pdtoolkit.server.transport.PeerHandler;
import org.pdtoolkit.server.transport.PeerIdentity;
import org.pdtoolkit.server.transport.PeerNetwork;
import org.pdtoolkit.server.transport.PeerTransport;
import org.pdtoolkit.storage.Storage;

/**
 * Everything that a node takes from the machine it runs on: time, chance, disk, network, threads.
 * With another one the same node runs inside a simulation.
 *
 * <p>One for each run of a node. Thread: any.
 */
public interface Environment {
    /** Monotonic nanoseconds on the scale of {@link System#nanoTime}; never goes back. */
    long monotonicNanos();

    /** Wall clock as unix milliseconds; may jump either way at any time. */
    long wallMillis();

    /** Where all chance of this run comes from. */
    long seed();

    /** Opens the data directory; errors as {@link NodeOptions#storage} has them. */
    Storage openStorage(NodeOptions options);

    PeerNetwork network(PeerIdentity self, PeerHandler handler, NodeOptions options);

    Workers workers();

    /** The machine itself. */
    static Environment real() {
        return new Environment() {
            private final Workers workers = new ThreadWorkers();

            @Override
            public long monotonicNanos() {
                return System.nanoTime();
            }

            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }

            @Override
            public long seed() {
                return System.nanoTime();
            }

            @Override
            public Storage openStorage(NodeOptions options) {
                return options.storage().open(options.dataDir());
            }

            @Override
            public PeerNetwork network(
                    PeerIdentity self, PeerHandler handler, NodeOptions options) {
                return new PeerTransport(self, handler, options.peerTls());
            }

            @Override
            public Workers workers() {
                return workers;
            }
        };
    }
}
