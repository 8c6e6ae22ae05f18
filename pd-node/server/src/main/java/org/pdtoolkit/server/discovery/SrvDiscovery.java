package org.pdtoolkit.server.discovery;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.NamingException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.config.DiscoverySettings;
import org.pdtoolkit.server.runtime.NodeStartException;

/**
 * The founders as SRV records name them: each target is a peer port. The one whose address is an
 * own advertised one is this node, the others are numbered until they tell their names. Texts are
 * etcd's.
 */
final class SrvDiscovery {
    private static final Logger LOG = LogManager.getLogger(SrvDiscovery.class);

    private final DiscoverySettings.Srv settings;
    private final Map<String, List<String>> members = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private int nameless;

    SrvDiscovery(DiscoverySettings.Srv settings) {
        this.settings = settings;
    }

    /**
     * Peer URLs by name. Blocks on name servers.
     *
     * @param ownUrls advertised by this node
     * @throws NodeStartException when there are no records, or this node is not among them
     */
    Map<String, List<String>> members(String ownName, List<URI> ownUrls) {
        named(ownName, ownUrls);
        if (!members.containsKey(ownName)) {
            throw new NodeStartException(
                    "cannot find local etcd member \""
                            + ownName
                            + "\" in SRV records: none leads to "
                            + ownUrls
                            + ", they name "
                            + members.values()
                            + (problems.isEmpty() ? "" : "; " + String.join("; ", problems)));
        }
        return members;
    }

    /**
     * The same, whether this node is among them or not.
     *
     * @throws NodeStartException when there are no records
     */
    Map<String, List<String>> named(String ownName, List<URI> ownUrls) {
        String suffix = settings.service().map(name -> "-" + name).orElse("");
        for (String scheme : List.of("https", "http")) {
            String service = (scheme.equals("https") ? "etcd-server-ssl" : "etcd-server") + suffix;
            try {
                List<SrvRecord> records = SrvRecord.lookUp(settings.domain(), service);
                records.forEach(record -> add(record, service, scheme, ownName, ownUrls));
            } catch (NamingException e) {
                problems.add(
                        "error querying DNS SRV records for _" + service + " " + e.getMessage());
            }
        }
        LOG.info("founders by DNS: domain={} members={}", settings.domain(), members);
        if (members.isEmpty()) {
            throw new NodeStartException(
                    "error setting up initial cluster: " + String.join("; ", problems));
        }
        return members;
    }

    private void add(
            SrvRecord record, String service, String scheme, String ownName, List<URI> ownUrls) {
        String url = scheme + "://" + record.target() + ":" + record.port();
        Optional<URI> own =
                ownUrls.stream()
                        .filter(candidate -> candidate.getPort() == record.port())
                        .filter(candidate -> sameHost(candidate.getHost(), record.target()))
                        .findFirst();
        if (own.isPresent() && !own.get().getScheme().equals(scheme)) {
            problems.add(
                    String.format(
                            "bootstrap at %s from DNS for %s has scheme mismatch with expected"
                                    + " peer %s",
                            url, service, own.get()));
            return;
        }
        String name = own.isPresent() ? ownName : Integer.toString(nameless++);
        members.computeIfAbsent(name, ignored -> new ArrayList<>()).add(url);
    }

    private static boolean sameHost(String one, String other) {
        Set<InetAddress> addresses = addresses(one);
        addresses.retainAll(addresses(other));
        return !addresses.isEmpty();
    }

    private static Set<InetAddress> addresses(String host) {
        try {
            return new HashSet<>(Arrays.asList(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
            LOG.warn("no address for a host that DNS or the configuration names: host={}", host);
            return new HashSet<>();
        }
    }
}
