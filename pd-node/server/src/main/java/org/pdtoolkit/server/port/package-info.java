/**
 * The client port: one listening address that speaks gRPC and HTTP/1.1, in the clear or behind TLS.
 *
 * <p>Start with {@link org.pdtoolkit.server.port.ClientPort}. What the adapters share also lives
 * here, since they must not know one another: the shape of an HTTP exchange, {@link
 * org.pdtoolkit.server.port.NodeInfo} and the mapping from errors of the layers below to rows of
 * the catalogue. May import the root packages of kv and placement, wire, Netty and gRPC.
 *
 * <p>The one use of grpc-netty's internal interfaces is {@link
 * org.pdtoolkit.server.port.PortNegotiator}.
 */
package org.pdtoolkit.server.port;
