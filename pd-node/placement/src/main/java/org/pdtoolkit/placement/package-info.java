/**
 * The Placement Driver proper: who leads it, its timestamps, its ids and its cluster.
 *
 * <p>Start with {@link org.pdtoolkit.placement.Placement}, the face towards the gRPC and HTTP
 * adapters. A client of {@link org.pdtoolkit.kv.ReplicatedKv} like any other: may import the root
 * package of kv and {@code org.pdtoolkit.bytes} only; no I/O, clock or thread of its own.
 */
package org.pdtoolkit.placement;
