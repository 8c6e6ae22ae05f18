package org.pdtoolkit.raft;

import java.util.Objects;

/**
 * A member of a group that is bootstrapped.
 *
 * @param context handed to the application with the entry that adds the peer; not copied
 */
public record Peer(long id, byte[] context) {
    public Peer {
        Objects.requireNonNull(context, "context");
    }
}
