/**
 * What backends have in common, most of them files, so that each promise is kept in one place.
 *
 * <p>Nothing here is needed to implement the contracts; a backend without files has a use for
 * {@link org.pdtoolkit.storage.support.Contract} alone. Start with {@link
 * org.pdtoolkit.storage.support.DataDirectory}. May import the JDK and the contracts only.
 * Everything goes through {@code java.nio.file}, so that it runs on the kit's simulated disk too.
 */
package org.pdtoolkit.storage.support;
