/**
 * Joins the storage SPI to Raft: translates records, never decides anything.
 *
 * <p>May import spi and raft; knows no thread, socket or adapter. Start with {@link
 * org.pdtoolkit.server.store.RaftLog}.
 */
package org.pdtoolkit.server.store;
