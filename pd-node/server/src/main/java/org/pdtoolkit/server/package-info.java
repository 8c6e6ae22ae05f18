/**
 * The process: {@link org.pdtoolkit.server.Main} reads the configuration, {@link
 * org.pdtoolkit.server.PdNode} is the only place that wires the layers together.
 */
package org.pdtoolkit.server;
