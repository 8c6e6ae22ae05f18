/**
 * The cluster as such: its id, what its members say of themselves, its bootstrap.
 *
 * <p>May import the root packages of placement and kv, {@code placement.election}, {@code
 * placement.keys} and {@code org.pdtoolkit.bytes}. Start with {@link
 * org.pdtoolkit.placement.cluster.ClusterIdentity}. Source: wire/pd-grpc.md §6 and §22.
 */
package org.pdtoolkit.placement.cluster;
