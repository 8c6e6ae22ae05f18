package org.pdtoolkit.kv;

import java.util.List;

/**
 * A member of the cluster.
 *
 * @param id unsigned
 * @param name empty until the member has published itself
 * @param clientUrls advertised client URLs; empty until published
 */
public record Member(
        long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
    public Member {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }
}
