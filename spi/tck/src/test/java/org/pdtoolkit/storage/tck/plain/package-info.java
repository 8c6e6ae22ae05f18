/**
 * The smallest backend with files that passes the kit: a worked example for authors of backends,
 * and the ground in which {@link org.pdtoolkit.storage.tck.plain.Flaw}s are planted to prove the
 * kit. It writes the whole content anew on every change, so it is no backend to run a node on.
 *
 * <p>Start with {@link org.pdtoolkit.storage.tck.plain.PlainStorageProvider}, then {@code
 * PlainFiles}, where all of durability is. Read past the lines that ask for a flaw.
 */
package org.pdtoolkit.storage.tck.plain;
