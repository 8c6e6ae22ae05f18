package org.pdtoolkit.kv;

import java.util.List;
import java.util.Optional;

/** Users, roles and permissions at one moment. Immutable; thread: any. */
public interface AuthView {
    /** The user that must exist, and the role that passes every check. */
    String ROOT = "root";

    boolean enabled();

    /** Starts at 1; up by 1 with every change of users, roles, permissions, and when disabled. */
    long revision();

    /** Names in order. */
    List<String> users();

    /** Names in order. */
    List<String> roles();

    Optional<User> user(String name);

    /** Permissions of a role in key order; the role {@link #ROOT} may do everything. */
    Optional<List<Permission>> role(String name);

    /**
     * @param passwordHash as bcrypt writes it; empty if there is none
     * @param roles in order
     * @param noPassword logs in by certificate only
     */
    record User(String name, String passwordHash, List<String> roles, boolean noPassword) {
        public User {
            roles = List.copyOf(roles);
        }
    }

    /**
     * Refuses everybody but a root, while enabled.
     *
     * @throws KvException USER_EMPTY, PERMISSION_DENIED
     */
    void requireRoot(Caller caller);

    /**
     * Refuses whoever did not log in, while enabled.
     *
     * @throws KvException USER_EMPTY
     */
    void requireUser(Caller caller);
}
