package org.pdtoolkit.server.transport;

import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.Snapshot;

/** What the transport asks and tells the node. Thread: network; must not block unless said. */
public interface PeerHandler {
    /** A message of a known member addressed to this one. */
    void onMessage(Message message);

    /** Messages to {@code peer} are being lost. */
    void onUnreachable(long peer);

    /** A snapshot to {@code peer} has arrived, or not. */
    void onSnapshotSent(long peer, boolean success);

    /** {@code peer} welcomes this member as one that has published itself before. */
    void onKnownTo(long peer);

    /**
     * For how long this member will vote for nobody else once it has heard from a leader,
     * milliseconds on its own clock; its election timeout with a margin.
     */
    int promiseMillis();

    /** The same of {@code peer}, told before any message of it. */
    void onPromise(long peer, int millis);

    boolean isMember(long id);

    /**
     * Whether that member was removed, never to come back, and is to be told so. A learner tells
     * nobody, and a voter a little later: it may still be needed.
     */
    boolean isDismissed(long id);

    /** That member says that this one was removed. */
    void onRemoved(long peer);

    /** Where others reach this member: for those who have not heard of it yet. */
    List<String> ownUrls();

    /** The list that this member knows, in id order. */
    List<Member> members();

    /** Promotes a learner if this member leads; fails as {@code MemberChanges} does. */
    CompletableFuture<List<Member>> promote(long id);

    /** Whether the member of that id has ever published its name and client URLs. */
    boolean hasPublished(long id);

    /**
     * What tells two clusters with equal member lists apart once both hold data (the PD cluster
     * id); 0 while unknown.
     */
    long incarnation();

    /** Where the content of an arriving snapshot goes. Thread: snapshot; may block. */
    interface SnapshotSink extends AutoCloseable {
        OutputStream stream();

        /** All of it has arrived: make it durable, then hand the message to Raft. */
        void complete();

        /** Discards it unless complete. */
        @Override
        void close();
    }

    SnapshotSink receiveSnapshot(Message message);

    /** Content of a snapshot to send. Thread: snapshot; may block. */
    interface SnapshotSource extends AutoCloseable {
        /** What the content stands for; not older than what Raft asked for. */
        Snapshot snapshot();

        /** Next piece, or {@code null} at the end. */
        byte[] next();

        @Override
        void close();
    }

    SnapshotSource openSnapshot();
}
