/**
 * What the node tells about itself: its log.
 *
 * <p>May import: the JDK, Log4j, and {@code server.config} for the settings. Everything else in the
 * node writes through Log4j's API and does not know this package.
 *
 * <p>Start reading at {@link org.pdtoolkit.server.observe.Logging}.
 */
package org.pdtoolkit.server.observe;
