package org.pdtoolkit.kv.auth;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthView.User;
import org.pdtoolkit.kv.Permission;
import org.pdtoolkit.kv.codec.ByteReader;
import org.pdtoolkit.kv.codec.ByteWriter;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.StorageException;

/**
 * Users, roles and the switch in the {@code META} space. Every record begins with a format byte.
 *
 * <pre>
 *  kv/auth/state        enabled (1), auth revision
 *  kv/auth/user/NAME    password hash, no password (1), roles
 *  kv/auth/role/NAME    permissions
 * </pre>
 */
final class AuthRecords {
    private static final Bytes STATE = Bytes.utf8("kv/auth/state");
    private static final Bytes USERS = Bytes.utf8("kv/auth/user/");
    private static final Bytes ROLES = Bytes.utf8("kv/auth/role/");
    private static final int FORMAT = 1;

    private AuthRecords() {}

    /** Stages what differs between the two. */
    static void stage(Batch batch, AuthState before, AuthState after) {
        batch.put(
                Space.META,
                STATE,
                record().writeByte(after.enabled() ? 1 : 0)
                        .writeVarint(after.revision())
                        .toBytes());
        stage(batch, USERS, before.userMap(), after.userMap(), AuthRecords::writeUser);
        stage(batch, ROLES, before.roleMap(), after.roleMap(), AuthRecords::writeRole);
    }

    private static <V> void stage(
            Batch batch,
            Bytes prefix,
            Map<String, V> before,
            Map<String, V> after,
            BiConsumer<ByteWriter, V> write) {
        for (String name : before.keySet()) {
            if (!after.containsKey(name)) {
                batch.delete(Space.META, prefix.concat(Bytes.utf8(name)));
            }
        }
        after.forEach(
                (name, value) -> {
                    if (!value.equals(before.get(name))) {
                        ByteWriter record = record();
                        write.accept(record, value);
                        batch.put(Space.META, prefix.concat(Bytes.utf8(name)), record.toBytes());
                    }
                });
    }

    static AuthState load(OrderedStore.View view) {
        Bytes switches = view.get(Space.META, STATE);
        if (switches == null) {
            return AuthState.INITIAL;
        }
        TreeMap<String, User> users = new TreeMap<>();
        each(view, USERS, (name, reader) -> users.put(name, readUser(name, reader)));
        TreeMap<String, List<Permission>> roles = new TreeMap<>();
        each(view, ROLES, (name, reader) -> roles.put(name, readRole(reader)));
        try {
            ByteReader reader = opened(switches);
            boolean enabled = readFlag(reader);
            long revision = reader.readVarint();
            reader.expectEnd();
            return new AuthState(enabled, revision, users, roles);
        } catch (IllegalArgumentException e) {
            throw corrupt(STATE, e);
        }
    }

    private static void each(
            OrderedStore.View view, Bytes prefix, BiConsumer<String, ByteReader> read) {
        Iterator<OrderedStore.Pair> records = view.scan(Space.META, prefix, prefix.prefixEnd());
        while (records.hasNext()) {
            OrderedStore.Pair pair = records.next();
            byte[] key = pair.key().toArray();
            try {
                ByteReader reader = opened(pair.value());
                read.accept(Bytes.copyOf(key, prefix.size(), key.length).toUtf8(), reader);
                reader.expectEnd();
            } catch (IllegalArgumentException e) {
                throw corrupt(pair.key(), e);
            }
        }
    }

    private static void writeUser(ByteWriter writer, User user) {
        writer.writeBytes(Bytes.utf8(user.passwordHash())).writeByte(user.noPassword() ? 1 : 0);
        writer.writeVarint(user.roles().size());
        user.roles().forEach(role -> writer.writeBytes(Bytes.utf8(role)));
    }

    private static User readUser(String name, ByteReader reader) {
        String hash = reader.readBytes().toUtf8();
        boolean noPassword = readFlag(reader);
        List<String> roles = new ArrayList<>();
        for (int left = reader.readCount(1); left > 0; left--) {
            roles.add(reader.readBytes().toUtf8());
        }
        return new User(name, hash, roles, noPassword);
    }

    private static void writeRole(ByteWriter writer, List<Permission> permissions) {
        writer.writeVarint(permissions.size());
        permissions.forEach(permission -> AuthChangeCodec.writePermission(writer, permission));
    }

    private static List<Permission> readRole(ByteReader reader) {
        List<Permission> permissions = new ArrayList<>();
        for (int left = reader.readCount(AuthChangeCodec.PERMISSION_BYTES_MIN); left > 0; left--) {
            permissions.add(AuthChangeCodec.readPermission(reader));
        }
        return permissions;
    }

    private static ByteWriter record() {
        return new ByteWriter(64).writeByte(FORMAT);
    }

    private static ByteReader opened(Bytes record) {
        ByteReader reader = new ByteReader(record);
        int format = reader.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("format " + format);
        }
        return reader;
    }

    private static boolean readFlag(ByteReader reader) {
        int flag = reader.readByte();
        if (flag > 1) {
            throw new IllegalArgumentException("flag " + flag);
        }
        return flag == 1;
    }

    private static StorageException.Corrupt corrupt(Bytes key, IllegalArgumentException cause) {
        return new StorageException.Corrupt("auth record " + key + ": " + cause.getMessage());
    }
}
