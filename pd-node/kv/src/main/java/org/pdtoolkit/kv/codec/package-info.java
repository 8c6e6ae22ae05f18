/**
 * Bounded binary reading and writing, shared by the command codec and the storage records.
 *
 * <p>Start with {@link org.pdtoolkit.kv.codec.ByteReader}. May import the JDK and {@code
 * org.pdtoolkit.bytes} only.
 */
package org.pdtoolkit.kv.codec;
