/**
 * The one value type that every layer shares: an immutable byte string.
 *
 * <p>Depends on nothing. It lives beside the storage contracts so that keys and values cross the
 * SPI without a copy.
 */
package org.pdtoolkit.bytes;
