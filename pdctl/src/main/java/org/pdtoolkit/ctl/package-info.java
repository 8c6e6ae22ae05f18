/**
 * pdctl: one command for scripts, one shell for people, over PD's HTTP API. It works against an
 * original PD as well.
 *
 * <p>{@link org.pdtoolkit.ctl.Main} decides between one command, a script and the shell. The
 * packages see each other in one direction only: {@code client} ← {@code render} ← {@code command}
 * ← {@code shell} ← this one.
 */
package org.pdtoolkit.ctl;
