package org.pdtoolkit.kv.auth;

import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Permission;
import org.pdtoolkit.kv.codec.ByteReader;
import org.pdtoolkit.kv.codec.ByteWriter;

/** Binary form of {@link AuthChange}: its number, then fields in the order of the records. */
public final class AuthChangeCodec {
    /** Two lengths and the access. */
    static final int PERMISSION_BYTES_MIN = 3;

    // Positions are the numbers of the format: append only.
    private static final List<Permission.Access> ACCESSES =
            List.of(Permission.Access.READ, Permission.Access.WRITE, Permission.Access.READ_WRITE);

    private AuthChangeCodec() {}

    public static void write(ByteWriter writer, AuthChange change) {
        writer.writeByte(change.kind().id());
        if (change instanceof AuthChange.Login login) {
            text(writer, login.user()).writeVarint(login.checkedRevision());
            text(writer, login.tokenPrefix());
        } else if (change instanceof AuthChange.UserAdd add) {
            text(text(writer, add.user()), add.passwordHash()).writeByte(add.noPassword() ? 1 : 0);
        } else if (change instanceof AuthChange.UserDelete delete) {
            text(writer, delete.user());
        } else if (change instanceof AuthChange.UserPassword password) {
            text(text(writer, password.user()), password.passwordHash());
        } else if (change instanceof AuthChange.UserGrantRole grant) {
            text(text(writer, grant.user()), grant.role());
        } else if (change instanceof AuthChange.UserRevokeRole revoke) {
            text(text(writer, revoke.user()), revoke.role());
        } else if (change instanceof AuthChange.RoleAdd add) {
            text(writer, add.role());
        } else if (change instanceof AuthChange.RoleDelete delete) {
            text(writer, delete.role());
        } else if (change instanceof AuthChange.RoleGrant grant) {
            writePermission(text(writer, grant.role()), grant.permission());
        } else if (change instanceof AuthChange.RoleRevoke revoke) {
            writeRange(text(writer, revoke.role()), revoke.range());
        }
    }

    /**
     * @throws IllegalArgumentException for anything {@link #write} did not write
     */
    public static AuthChange read(ByteReader reader) {
        return switch (kind(reader.readByte())) {
            case ENABLE -> new AuthChange.Enable();
            case DISABLE -> new AuthChange.Disable();
            case LOGIN -> new AuthChange.Login(text(reader), reader.readVarint(), text(reader));
            case USER_ADD -> new AuthChange.UserAdd(text(reader), text(reader), flag(reader));
            case USER_DELETE -> new AuthChange.UserDelete(text(reader));
            case USER_PASSWORD -> new AuthChange.UserPassword(text(reader), text(reader));
            case USER_GRANT_ROLE -> new AuthChange.UserGrantRole(text(reader), text(reader));
            case USER_REVOKE_ROLE -> new AuthChange.UserRevokeRole(text(reader), text(reader));
            case ROLE_ADD -> new AuthChange.RoleAdd(text(reader));
            case ROLE_DELETE -> new AuthChange.RoleDelete(text(reader));
            case ROLE_GRANT -> new AuthChange.RoleGrant(text(reader), readPermission(reader));
            case ROLE_REVOKE -> new AuthChange.RoleRevoke(text(reader), readRange(reader));
        };
    }

    static void writePermission(ByteWriter writer, Permission permission) {
        writeRange(writer, permission.range());
        writer.writeByte(ACCESSES.indexOf(permission.access()));
    }

    static Permission readPermission(ByteReader reader) {
        KeyRange range = readRange(reader);
        int access = reader.readByte();
        if (access >= ACCESSES.size()) {
            throw new IllegalArgumentException("unknown access " + access);
        }
        return new Permission(range, ACCESSES.get(access));
    }

    private static AuthChange.Kind kind(int id) {
        for (AuthChange.Kind kind : AuthChange.Kind.values()) {
            if (kind.id() == id) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown change of auth " + id);
    }

    private static void writeRange(ByteWriter writer, KeyRange range) {
        writer.writeBytes(range.key()).writeBytes(range.end());
    }

    private static KeyRange readRange(ByteReader reader) {
        return new KeyRange(reader.readBytes(), reader.readBytes());
    }

    private static ByteWriter text(ByteWriter writer, String text) {
        return writer.writeBytes(Bytes.utf8(text));
    }

    private static String text(ByteReader reader) {
        return reader.readBytes().toUtf8();
    }

    private static boolean flag(ByteReader reader) {
        int flag = reader.readByte();
        if (flag > 1) {
            throw new IllegalArgumentException("flag " + flag);
        }
        return flag == 1;
    }
}
