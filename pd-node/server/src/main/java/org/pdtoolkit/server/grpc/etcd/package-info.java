/**
 * etcd's gRPC services on the client port.
 *
 * <p>Start with {@link org.pdtoolkit.server.grpc.etcd.EtcdServices}, which assembles them; one
 * class a service, the translation between messages and the store in {@code *Requests} and {@code
 * *Responses}. They see the root package of {@code kv} and the error catalogue, never the runtime.
 *
 * <p>Thread: calls arrive on the network loops and must not block them; answers leave from
 * whichever thread completes the future.
 */
package org.pdtoolkit.server.grpc.etcd;
