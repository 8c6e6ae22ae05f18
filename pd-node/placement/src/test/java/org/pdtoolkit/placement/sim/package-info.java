/**
 * A deterministic cluster in one thread: virtual time, a model of the Raft group as its clients see
 * it, and a store behind it that may delay, lose and repeat nothing but answers. Start with {@code
 * SimCluster}.
 */
package org.pdtoolkit.placement.sim;
