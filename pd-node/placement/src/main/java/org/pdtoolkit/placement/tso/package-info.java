/**
 * Timestamps: the oracle that gives them out, the clock it follows, and the window that makes them
 * survive this member.
 *
 * <p>May import the root packages of placement and kv, {@code placement.election}, {@code
 * placement.keys} and {@code org.pdtoolkit.bytes}. Start with {@link
 * org.pdtoolkit.placement.tso.TimestampOracle}, then {@link
 * org.pdtoolkit.placement.tso.TimestampWindow}. Source: design D7, wire/pd-grpc.md §5.4.
 */
package org.pdtoolkit.placement.tso;
