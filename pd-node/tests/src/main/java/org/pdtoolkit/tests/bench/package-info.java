/** Benchmarks that print one JSON line each; run by the programs under {@code scripts/bench}. */
package org.pdtoolkit.tests.bench;
