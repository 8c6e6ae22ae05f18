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
    /** Most URLs of either kind that a member may have. */
    public static final int URLS_MAX = 64;

    /** Longest of them, in characters; a host name has at most 253. */
    public static final int URL_LENGTH_MAX = 300;

    public Member {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }
}
