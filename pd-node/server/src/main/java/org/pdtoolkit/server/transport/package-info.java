/**
 * The peer port: framed, versioned, CRC-checked and bounded streams between members.
 *
 * <p>Each member dials every other one: a control stream for small messages, a bulk stream for log
 * entries, and a stream of its own for each snapshot, so that a heartbeat never waits behind
 * either. May import raft and spi for their messages, and netty; knows no runtime, kv or adapter.
 * Start with {@link org.pdtoolkit.server.transport.PeerTransport}; the formats are in {@link
 * org.pdtoolkit.server.transport.PeerFrame}.
 */
package org.pdtoolkit.server.transport;
