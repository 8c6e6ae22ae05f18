/** Proxy mode with real processes: what passes through, what survives, what is refused. */
package org.pdtoolkit.tests.proxy;
