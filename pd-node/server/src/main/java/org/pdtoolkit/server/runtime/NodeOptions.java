package org.pdtoolkit.server.runtime;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.server.transport.PeerTransport;

/**
 * What a node starts from.
 *
 * @param initialCluster name to peer URLs; looked at only when the data dir is empty
 * @param peerTls {@code null} for plain text
 */
public record NodeOptions(
        String name,
        Path dataDir,
        StorageChoice storage,
        List<InetSocketAddress> peerListen,
        List<String> advertisePeerUrls,
        List<String> advertiseClientUrls,
        Map<String, List<String>> initialCluster,
        String initialClusterToken,
        RuntimeOptions runtime,
        PeerTransport.PeerTls peerTls) {

    /** What the configuration itself says of the cluster. */
    public InitialCluster configuredCluster() {
        return new InitialCluster(initialCluster, initialClusterToken);
    }
}
