/**
 * The HTTP API of the client port: PD's REST calls under {@code /pd} and etcd's pages beside them.
 *
 * <p>Start with {@link org.pdtoolkit.server.http.HttpApi}: what happens to each request before a
 * page sees it. May import the root packages of kv and placement, wire, {@code server.port} and
 * {@code server.observe}; knows no other adapter. Pages run on the network loops and never block;
 * what they have to wait for are futures.
 *
 * <p>Source: behaviour page of PD's HTTP API, sections 1 and 2, and its recorded sessions; etcd
 * page, section 17.
 */
package org.pdtoolkit.server.http;
