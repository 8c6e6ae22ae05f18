/**
 * Measures the Raft core; part of no distribution. Start with {@link
 * org.pdtoolkit.raft.bench.ReplicationBenchmark}; {@code scripts/bench/raft} runs it.
 */
package org.pdtoolkit.raft.bench;
