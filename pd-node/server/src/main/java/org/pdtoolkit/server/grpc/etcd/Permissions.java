package org.pdtoolkit.server.grpc.etcd;

import com.google.protobuf.ByteString;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Permission;

/** Permissions of messages and of the store. Thread: any; no state. */
final class Permissions {
    private Permissions() {}

    /**
     * @throws KvException INVALID_AUTH_MANAGEMENT for an unknown type
     */
    static Permission of(org.pdtoolkit.wire.authpb.Permission message) {
        Permission.Access access =
                switch (message.getPermType()) {
                    case READ -> Permission.Access.READ;
                    case WRITE -> Permission.Access.WRITE;
                    case READWRITE -> Permission.Access.READ_WRITE;
                    case UNRECOGNIZED -> throw new KvException(KvError.INVALID_AUTH_MANAGEMENT);
                };
        return new Permission(range(message.getKey(), message.getRangeEnd()), access);
    }

    static org.pdtoolkit.wire.authpb.Permission of(Permission permission) {
        return org.pdtoolkit.wire.authpb.Permission.newBuilder()
                .setPermType(
                        switch (permission.access()) {
                            case READ -> org.pdtoolkit.wire.authpb.Permission.Type.READ;
                            case WRITE -> org.pdtoolkit.wire.authpb.Permission.Type.WRITE;
                            case READ_WRITE -> org.pdtoolkit.wire.authpb.Permission.Type.READWRITE;
                        })
                .setKey(ByteString.copyFrom(permission.range().key().asByteBuffer()))
                .setRangeEnd(ByteString.copyFrom(permission.range().end().asByteBuffer()))
                .build();
    }

    static KeyRange range(ByteString key, ByteString end) {
        return new KeyRange(Bytes.wrap(key.toByteArray()), Bytes.wrap(end.toByteArray()));
    }
}
