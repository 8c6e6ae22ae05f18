/** What the gRPC services of PD and of etcd share: connections to the other members. */
package org.pdtoolkit.server.grpc;
