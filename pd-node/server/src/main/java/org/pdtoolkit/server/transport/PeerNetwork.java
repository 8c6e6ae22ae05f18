package org.pdtoolkit.server.transport;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.raft.Message;

/**
 * How this member reaches the others: {@link PeerTransport}, or a simulated network.
 *
 * <p>Thread: {@link #send} and {@link #flush} from consensus; {@link #setPeers} from apply; the
 * rest from the owner of the node.
 */
public interface PeerNetwork extends AutoCloseable {
    /**
     * Listens on one address.
     *
     * @throws BindException naming the address when it is in use
     */
    void listen(InetSocketAddress address) throws BindException;

    /** Sets who else is a member; streams to the others are closed. */
    void setPeers(Map<Long, List<URI>> members);

    /**
     * Keeps a peer that may be a member of which this one has not heard yet, until it turns out to
     * be removed.
     */
    void addPeer(long id, List<URI> urls);

    /** For how long the control stream to that peer has been up; negative while it is not. */
    long connectedMillis(long peer);

    /**
     * Asks the leader to promote a learner; fails as {@code MemberChanges} does. Does not block.
     */
    CompletableFuture<Void> promote(long leader, long learner);

    /** Number of peers whose control stream is up. */
    int peersUp();

    /**
     * Queues messages for their receivers; {@link #flush} sends them. For a snapshot the content is
     * fetched from the handler, and its fate is reported there.
     */
    void send(List<Message> messages);

    void flush();

    /**
     * Asks the member behind {@code url} whether it knows this member as one that has published
     * itself before. Blocks for at most {@code timeoutMillis} per step.
     *
     * @throws IOException when there is no answer
     */
    boolean probePublished(URI url, long peer, int timeoutMillis) throws IOException;

    @Override
    void close();
}
