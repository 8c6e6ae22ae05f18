package org.pdtoolkit.server.transport;

/**
 * Who this member is on the peer network.
 *
 * @param clusterId Raft cluster id, unsigned
 * @param memberId own id, unsigned
 */
public record PeerIdentity(long clusterId, long memberId) {}
