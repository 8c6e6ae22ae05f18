/**
 * Proxy mode: a node that is no member and passes every request on to one.
 *
 * <p>Start with {@link org.pdtoolkit.server.proxy.ProxyNode}. It keeps no log; its data directory
 * holds the peer URLs it asks for the members after a restart, and nothing else. HTTP/1.1 requests
 * and gRPC calls go onward without being understood, but for one thing: a read-only proxy decides
 * by {@link org.pdtoolkit.server.proxy.RpcTable} which of them change something.
 *
 * <p>May import wire, the SPI's file helpers, {@code server.port}, {@code server.gateway} and
 * {@code server.observe}.
 *
 * <p>Source: etcd page, section 21.
 */
package org.pdtoolkit.server.proxy;
