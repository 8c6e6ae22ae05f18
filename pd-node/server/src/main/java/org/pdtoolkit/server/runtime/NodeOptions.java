package org.pdtoolkit.server.runtime;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.server.transport.PeerTransport;

/**
 * What a node starts from, whether its data dir holds a member or not; see {@link ColdStart} for
 * the rest.
 *
 * @param forceNewCluster whether to go on as the only member with the data of a lost cluster
 * @param peerTls {@code null} for plain text
 */
public record NodeOptions(
        String name,
        Path dataDir,
        StorageChoice storage,
        List<InetSocketAddress> peerListen,
        List<String> advertisePeerUrls,
        List<String> advertiseClientUrls,
        ReconfigurationRules reconfiguration,
        boolean forceNewCluster,
        RuntimeOptions runtime,
        PeerTransport.PeerTls peerTls) {}
