/**
 * The JSON gateway: etcd's gRPC services as JSON over HTTP/1.1, under {@code /v3/}.
 *
 * <p>Start with {@link org.pdtoolkit.server.gateway.JsonGateway}. Nothing of a service is
 * implemented here: a request is translated by the rules of proto3's JSON form and goes through the
 * same services and rules as a gRPC call, over a channel inside the process. May import wire and
 * {@code server.port}; knows no other adapter.
 *
 * <p>Source: etcd page, section 17.
 */
package org.pdtoolkit.server.gateway;
