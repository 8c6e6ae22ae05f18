package org.pdtoolkit.server.discovery;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.config.ConfigValueException;
import org.pdtoolkit.server.config.InitialClusterText;
import org.pdtoolkit.server.discovery.Registry.Entry;
import org.pdtoolkit.server.discovery.Registry.Listing;
import org.pdtoolkit.server.runtime.NodeStartException;

/**
 * How the founders of a cluster meet in a registry: each signs in unless all places are taken, and
 * waits until they are. The first to sign in are the founders, whoever comes later. Trouble with
 * the registry is waited out, however long it takes. Texts are etcd's.
 */
final class Rendezvous {
    private static final Logger LOG = LogManager.getLogger(Rendezvous.class);

    /**
     * This node.
     *
     * @param id member id in lower-case hexadecimal
     */
    record Self(String id, String name, List<String> peerUrls) {
        Entry entry() {
            return new Entry(
                    id,
                    peerUrls.stream()
                            .map(url -> name + "=" + url)
                            .collect(Collectors.joining(",")));
        }
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws RegistryUnavailableException;
    }

    private final Registry registry;
    private final Self self;
    private final Backoff backoff;

    Rendezvous(Registry registry, Self self, Backoff backoff) {
        this.registry = registry;
        this.self = self;
        this.backoff = backoff;
    }

    /**
     * Peer URLs of the founders by name, this node among them.
     *
     * @throws ClusterFullException when others have taken all places
     * @throws NodeStartException when the registry holds what no cluster can be founded from
     */
    Map<String, List<String>> meet() {
        int size = parseSize(answer(registry::size));
        Listing listing = answer(registry::list);
        refuseIfTaken(listing.entries(), size);
        answer(
                () -> {
                    registry.signIn(self.entry());
                    return true;
                });
        LOG.info("signed in at the discovery service: member={}", self.entry());
        listing = answer(registry::list);
        refuseIfTaken(listing.entries(), size);
        return await(listing, size);
    }

    /**
     * Peer URLs of the founders by name; this node does not become one.
     *
     * @throws NodeStartException when the registry holds what no cluster can be founded from
     */
    Map<String, List<String>> lookOn() {
        int size = parseSize(answer(registry::size));
        return await(answer(registry::list), size);
    }

    private Map<String, List<String>> await(Listing first, int size) {
        Listing listing = first;
        while (listing.entries().size() < size) {
            LOG.info(
                    "waiting for the other founders: missing={} of={} here={}",
                    size - listing.entries().size(),
                    size,
                    texts(listing.entries()));
            listing = afterChange(listing);
        }
        List<Entry> founders = listing.entries().subList(0, size);
        LOG.info("all founders are known: {}", texts(founders));
        return members(founders);
    }

    private Listing afterChange(Listing known) {
        return answer(
                () -> {
                    registry.awaitChange(known.index());
                    return registry.list();
                });
    }

    private <T> T answer(Question<T> question) {
        while (true) {
            try {
                T answer = question.ask();
                backoff.success();
                return answer;
            } catch (RegistryUnavailableException e) {
                backoff.failure(e);
            }
        }
    }

    private static int parseSize(Optional<String> text) {
        if (text.isEmpty()) {
            throw refused(
                    "discovery: size key not found",
                    "put the number of founders there before the first of them starts");
        }
        try {
            int size = Integer.parseInt(text.get().strip());
            if (size > 0) {
                return size;
            }
        } catch (NumberFormatException e) {
            LOG.debug("not a size", e);
        }
        throw refused(
                "discovery: size key is bad",
                "expected the number of founders, found \"" + text.get() + "\"");
    }

    private void refuseIfTaken(List<Entry> entries, int size) {
        Entry own = self.entry();
        List<Entry> founders = entries.subList(0, Math.min(size, entries.size()));
        for (Entry entry : founders) {
            if (entry.id().equals(own.id())) {
                if (!entry.text().equals(own.text())) {
                    throw refused(
                            "discovery: found duplicate id",
                            own.id() + " has signed in as " + entry.text());
                }
                return;
            }
        }
        if (founders.size() == size) {
            throw new ClusterFullException(
                    "failed to join discovery cluster (discovery: cluster is full): all "
                            + size
                            + " places are taken by "
                            + texts(founders)
                            + ". Add this node to the running cluster as a new member instead, or"
                            + " use another token",
                    members(founders));
        }
        for (Entry entry : founders) {
            if (members(List.of(entry)).containsKey(self.name())) {
                throw refused(
                        "discovery: found duplicate name",
                        self.name() + " has signed in as " + entry.text());
            }
        }
    }

    private static List<String> texts(List<Entry> entries) {
        return entries.stream().map(Entry::text).toList();
    }

    private static Map<String, List<String>> members(List<Entry> entries) {
        Map<String, List<String>> members = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        for (Entry entry : entries) {
            Map<String, List<String>> one = parse(entry);
            for (Map.Entry<String, List<String>> member : one.entrySet()) {
                if (members.putIfAbsent(member.getKey(), member.getValue()) != null) {
                    throw refused(
                            "discovery: found duplicate name",
                            member.getKey() + " has signed in twice: " + texts(entries));
                }
            }
            List<String> urls = new ArrayList<>();
            one.values().forEach(urls::addAll);
            if (!urls.stream().allMatch(seen::add)) {
                throw refused(
                        "discovery cluster "
                                + String.join(",", texts(entries))
                                + " has duplicate url",
                        "every founder needs peer URLs of its own");
            }
        }
        return members;
    }

    private static Map<String, List<String>> parse(Entry entry) {
        try {
            return InitialClusterText.parse(entry.text());
        } catch (ConfigValueException e) {
            throw refused("discovery: invalid peer URL", e.getMessage());
        }
    }

    static NodeStartException refused(String text, String detail) {
        return new NodeStartException("failed to join discovery cluster (" + text + "): " + detail);
    }
}
