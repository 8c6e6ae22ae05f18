package org.pdtoolkit.server.runtime;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.transport.PeerNetwork;

/**
 * Whom this member talks to: the other members, and whoever was removed for one election timeout
 * more. A removed leader has to hand over, and to give back what others propose through it
 * meanwhile; who led is not known for certain by the time that a removal is applied.
 *
 * <p>Thread: apply, unless another one is named.
 */
final class PeerDirectory {
    private final NodeContext context;
    private final PeerNetwork transport;
    private Map<Long, List<URI>> peers = Map.of();

    /** Who was removed, and until when it is talked to. Writer: apply. */
    private final Map<Long, Long> leaving = new ConcurrentHashMap<>();

    PeerDirectory(NodeContext context, PeerNetwork transport) {
        this.context = context;
        this.transport = transport;
    }

    static List<URI> urls(Member member) {
        return member.peerUrls().stream().map(URI::create).toList();
    }

    /** Tells the transport what the list of members, or the time, has changed. */
    void update(List<Member> members) {
        Map<Long, List<URI>> now = new HashMap<>();
        members.forEach(member -> now.put(member.id(), urls(member)));
        long until = context.now() + context.options().electionTimeoutMillis() * 1_000_000L;
        peers.keySet().stream()
                .filter(id -> !now.containsKey(id))
                .forEach(id -> leaving.putIfAbsent(id, until));
        leaving.values().removeIf(this::isOver);
        leaving.keySet().forEach(id -> now.put(id, peers.get(id)));
        peers = now;
        transport.setPeers(now);
    }

    private boolean isOver(long until) {
        return context.now() - until > 0;
    }

    /** Whether that member is talked to although it was removed. Thread: any. */
    boolean isLeaving(long id) {
        return leaving.containsKey(id);
    }

    /** Whether the time of one that was removed is over, so that there is something to update. */
    boolean isOverdue() {
        return leaving.values().stream().anyMatch(this::isOver);
    }
}
