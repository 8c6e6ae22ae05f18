/**
 * The running node: one consensus thread, one apply thread, and what joins them to disk and peers.
 *
 * <p>Start with {@link org.pdtoolkit.server.runtime.NodeRuntime}, then {@link
 * org.pdtoolkit.server.runtime.ConsensusLoop} and {@link org.pdtoolkit.server.runtime.ApplyLoop}.
 * May import spi, raft, kv, {@code server.store} and {@code server.transport}; knows neither
 * placement nor any adapter.
 *
 * <p>Data flows one way: proposal → mailbox → Raft → Ready → log (forced) → peers → committed →
 * apply → one batch {data, applied index} → reply and events.
 */
package org.pdtoolkit.server.runtime;
