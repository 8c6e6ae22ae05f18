/**
 * Where a node without data takes its cluster from: the static list, a cluster to join, discovery.
 * May see the configuration and the runtime. Start reading at {@link
 * org.pdtoolkit.server.bootstrap.ColdStarts}.
 */
package org.pdtoolkit.server.bootstrap;
