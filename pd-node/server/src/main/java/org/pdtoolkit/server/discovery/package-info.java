/**
 * Where a member without data learns who founds the cluster with it: the configuration, a registry
 * in the keys of another cluster, a registry behind a token URL, or SRV records.
 *
 * <p>Start with {@link org.pdtoolkit.server.discovery.Discovery}. Everything here runs on the
 * thread that starts the node, before a port is open, and may block for as long as the others take
 * to come.
 */
package org.pdtoolkit.server.discovery;
