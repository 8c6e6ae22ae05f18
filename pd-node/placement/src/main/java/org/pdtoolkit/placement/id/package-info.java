/**
 * Ids of stores, regions and peers. May import the root packages of placement and kv, {@code
 * placement.election} and {@code org.pdtoolkit.bytes}. Start with {@link
 * org.pdtoolkit.placement.id.IdAllocator}. Source: wire/pd-grpc.md §7.
 */
package org.pdtoolkit.placement.id;
