/**
 * {@code pd-node storage}: looks into, checks, copies and converts the data dir of a stopped node.
 *
 * <p>Everything durable is taken as one sequence of parts, the {@linkplain
 * org.pdtoolkit.server.content.ContentSink content}. A {@link
 * org.pdtoolkit.server.offline.ContentSource} hands it out in one order, whatever the backend; what
 * takes it is a storage being built ({@link org.pdtoolkit.server.offline.ContentBuilder}), a stream
 * ({@link org.pdtoolkit.server.content.ContentEncoder}), or a check. So an export is source to
 * stream, an import stream to storage, a conversion source to storage, and two storages hold the
 * same when their streams have the same digest.
 *
 * <p>May import the storage SPI, {@code server.store}, {@code server.runtime}, and the key-value
 * machine to check what it could load. Start with {@link
 * org.pdtoolkit.server.offline.StorageCommand}.
 */
package org.pdtoolkit.server.offline;
