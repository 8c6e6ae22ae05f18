/**
 * The node's configuration: one typed row a key, read from flags, environment and file, checked
 * before anything is opened.
 *
 * <p>May import: the JDK, picocli (flags), Commons Configuration (layers), Jackson's TOML reader
 * (file). It knows no other package of the server and writes nothing.
 *
 * <p>Start reading at {@link org.pdtoolkit.server.config.ConfigSchema} (the rows), then {@link
 * org.pdtoolkit.server.config.ConfigLoader} (the one way in) and {@link
 * org.pdtoolkit.server.config.NodeConfig} (what the rest of the node sees).
 */
package org.pdtoolkit.server.config;
