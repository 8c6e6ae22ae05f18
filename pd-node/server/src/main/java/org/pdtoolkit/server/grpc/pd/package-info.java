/**
 * PD's gRPC services on the client port: {@code pdpb.PD}, {@code meta_storagepb.MetaStorage} and
 * the health service that clients poll.
 *
 * <p>Start with {@link org.pdtoolkit.server.grpc.pd.PdService}. May import the root packages of kv
 * and placement, wire, {@code server.port} and {@code server.observe}; knows no other adapter. All
 * of it runs on the network loops and never blocks.
 *
 * <p>Source: wire page of PD's gRPC surface, sections 2 to 7 and 17. "Who serves" problems are gRPC
 * statuses, "what you asked" problems are errors inside the response header.
 */
package org.pdtoolkit.server.grpc.pd;
