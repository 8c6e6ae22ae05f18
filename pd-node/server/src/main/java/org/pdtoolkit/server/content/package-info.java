/**
 * The content of a storage as a stream that does not depend on the backend: its format and its
 * writer, shared by the running node, which streams snapshots, and the offline tools, which export
 * and read it.
 *
 * <p>Start with {@link org.pdtoolkit.server.content.ContentFormat}. May import the storage SPI
 * only.
 */
package org.pdtoolkit.server.content;
