/**
 * What the node tells about itself: its log, and its metrics in the Prometheus text format.
 *
 * <p>Log: start reading at {@link org.pdtoolkit.server.observe.Logging}. May import: the JDK,
 * Log4j, and {@code server.config} for the settings. Everything else in the node writes through
 * Log4j's API and does not know it.
 *
 * <p>Metrics: start reading at {@link org.pdtoolkit.server.observe.MetricRegistry}. Names that
 * dashboards of the originals use stay; ours are {@code pd_<subsystem>_<noun>_<unit>}. May import:
 * the root packages of kv and placement; everything else comes in as suppliers.
 */
package org.pdtoolkit.server.observe;
