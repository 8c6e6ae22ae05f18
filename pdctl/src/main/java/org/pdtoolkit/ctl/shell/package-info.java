/**
 * The interactive shell: prompt, history, completion from the live cluster.
 *
 * <p>May import {@code command}, {@code client}, {@code render} and JLine; it is the only package
 * that loads JLine, and only the shell loads this package. Start reading at {@link
 * org.pdtoolkit.ctl.shell.Shell}.
 */
package org.pdtoolkit.ctl.shell;
