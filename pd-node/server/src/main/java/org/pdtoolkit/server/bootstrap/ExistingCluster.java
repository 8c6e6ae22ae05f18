package org.pdtoolkit.server.bootstrap;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLSocketFactory;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.server.transport.PeerHttpClient;

/**
 * Joins a cluster that has been told of this member: asks the peer ports of the others for the list
 * of members and finds itself there. Source: etcd page, section 19 (join).
 */
final class ExistingCluster {
    private static final int TIMEOUT_MILLIS = 3_000;

    private final NodeConfig config;
    private final SSLSocketFactory tls;

    ExistingCluster(NodeConfig config, SSLSocketFactory tls) {
        this.config = config;
        this.tls = tls;
    }

    /**
     * @param cluster name to peer URLs, with this member
     * @throws NodeStartException when the list and the cluster do not fit
     */
    ColdStart.Joining join(Map<String, List<String>> cluster) {
        List<String> failures = new ArrayList<>();
        NodeStartException mismatch = null;
        for (Map.Entry<String, List<String>> entry : cluster.entrySet()) {
            if (entry.getKey().equals(config.name())) {
                continue;
            }
            for (String url : entry.getValue()) {
                try {
                    return joining(
                            cluster, PeerHttpClient.members(URI.create(url), tls, TIMEOUT_MILLIS));
                } catch (IOException e) {
                    failures.add(url + ": " + e.getMessage());
                } catch (NodeStartException e) {
                    // A member may lag behind; another one may know of this one already.
                    mismatch = e;
                }
            }
        }
        if (mismatch != null) {
            throw mismatch;
        }
        throw new NodeStartException(
                "cannot fetch cluster info from peer urls: could not retrieve cluster information"
                        + " from the given URLs ("
                        + String.join("; ", failures)
                        + "). They must be peer URLs (port 2380 by default) of members that run; to"
                        + " join by client URLs (port 2379) there is --join");
    }

    private ColdStart.Joining joining(
            Map<String, List<String>> cluster, PeerHttpClient.Listing listing) {
        List<Member> members = listing.members();
        String urls =
                String.join(",", config.initialCluster().getOrDefault(config.name(), List.of()));
        if (members.size() != cluster.size()) {
            throw new NodeStartException(
                    "error validating peerURLs: member count is unequal: the cluster has "
                            + members.size()
                            + " members, --initial-cluster names "
                            + cluster.size()
                            + ". Add this member first ('etcdctl member add "
                            + config.name()
                            + " --peer-urls="
                            + urls
                            + "') and use the list that it prints");
        }
        Member self = null;
        for (Member member : members) {
            String name = nameOf(cluster, member);
            if (name.equals(config.name())) {
                self = member;
            }
        }
        if (self == null) {
            throw new NodeStartException(
                    "the cluster has no member with the peer URLs of " + config.name());
        }
        if (!self.name().isEmpty()) {
            throw new NodeStartException(
                    "member "
                            + Long.toHexString(self.id())
                            + " ("
                            + config.name()
                            + ") has already been bootstrapped: the cluster knows it, but the data"
                            + " dir "
                            + config.dataDir()
                            + " is empty. A member that lost its data must be removed and added"
                            + " again; it may not vote with an empty memory");
        }
        return new ColdStart.Joining(listing.clusterId(), self, members);
    }

    private static String nameOf(Map<String, List<String>> cluster, Member member) {
        Set<String> urls = new TreeSet<>(member.peerUrls());
        for (Map.Entry<String, List<String>> entry : cluster.entrySet()) {
            if (urls.equals(new TreeSet<>(entry.getValue()))
                    || NodeConfig.resolved(urls)
                            .equals(NodeConfig.resolved(new TreeSet<>(entry.getValue())))) {
                return entry.getKey();
            }
        }
        throw new NodeStartException(
                "error validating peerURLs: PeerURLs: no match found for existing member ("
                        + Long.toHexString(member.id())
                        + ", "
                        + member.peerUrls()
                        + ") in --initial-cluster");
    }

    /** The client URLs of the cluster, if that is a peer port. */
    Optional<List<String>> clientUrlsBehind(URI url) {
        try {
            return Optional.of(
                    PeerHttpClient.members(url, tls, TIMEOUT_MILLIS).members().stream()
                            .flatMap(m -> m.clientUrls().stream())
                            .toList());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
