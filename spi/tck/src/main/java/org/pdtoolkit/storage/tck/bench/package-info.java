/**
 * One benchmark for all storage backends, run by {@code scripts/bench/storage}: every backend on
 * the class path does the same work, in turns with the bare disk. Start with {@link
 * org.pdtoolkit.storage.tck.bench.StorageBenchmark}.
 */
package org.pdtoolkit.storage.tck.bench;
