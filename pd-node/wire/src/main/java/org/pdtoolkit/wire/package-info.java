/**
 * What travels between this project and its clients: messages and stubs generated from {@code
 * src/main/proto}, the catalogue of every error they can meet, and the versions the node announces.
 *
 * <p>Start with {@link org.pdtoolkit.wire.ErrorCatalogue}. May import protobuf and gRPC only; knows
 * neither raft, kv nor placement. Generated packages are named after the proto package: {@code
 * org.pdtoolkit.wire.pdpb}, {@code .metapb}, {@code .meta_storagepb} and what they refer to.
 */
package org.pdtoolkit.wire;
