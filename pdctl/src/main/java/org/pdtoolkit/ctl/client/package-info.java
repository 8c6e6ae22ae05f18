/**
 * Talks to a PD: addresses, TLS files, one HTTP exchange, and what its failures mean to a caller.
 *
 * <p>Imports nothing of pdctl and nothing beyond the JDK and jackson-core. Start reading at {@link
 * org.pdtoolkit.ctl.client.PdClient}.
 */
package org.pdtoolkit.ctl.client;
