/**
 * Real pd-node processes and real clients for scenarios and benchmarks.
 *
 * <p>Start with {@link org.pdtoolkit.tests.process.LocalCluster}.
 */
package org.pdtoolkit.tests.process;
