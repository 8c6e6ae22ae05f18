/**
 * Where the placement layer keeps what in the replicated store. May import {@code
 * org.pdtoolkit.bytes} only. Start with {@link org.pdtoolkit.placement.keys.KeyPath}.
 */
package org.pdtoolkit.placement.keys;
