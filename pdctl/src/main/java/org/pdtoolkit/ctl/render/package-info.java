/**
 * Puts what a command found onto the user's streams: formats, tables, safe text.
 *
 * <p>May import {@code client} and the JDK. Start reading at {@link
 * org.pdtoolkit.ctl.render.Console}.
 */
package org.pdtoolkit.ctl.render;
