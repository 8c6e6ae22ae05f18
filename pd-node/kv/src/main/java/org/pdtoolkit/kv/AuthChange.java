package org.pdtoolkit.kv;

/**
 * A change of users, roles and permissions. Each is checked when it is applied; the errors are of
 * {@link KvError}, in etcd's order.
 */
public sealed interface AuthChange {
    /** Tag for exhaustive switches; numbers are part of the log format. */
    enum Kind {
        ENABLE(1),
        DISABLE(2),
        LOGIN(3),
        USER_ADD(4),
        USER_DELETE(5),
        USER_PASSWORD(6),
        USER_GRANT_ROLE(7),
        USER_REVOKE_ROLE(8),
        ROLE_ADD(9),
        ROLE_DELETE(10),
        ROLE_GRANT(11),
        ROLE_REVOKE(12);

        private final int id;

        Kind(int id) {
            this.id = id;
        }

        public int id() {
            return id;
        }
    }

    Kind kind();

    /** Fails with ROOT_USER_MISSING, ROOT_ROLE_MISSING. */
    record Enable() implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.ENABLE;
        }
    }

    record Disable() implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.DISABLE;
        }
    }

    /**
     * Makes a token known to every member. Changes nothing that is stored. Fails with
     * AUTH_NOT_ENABLED, AUTH_OLD_REVISION.
     *
     * @param checkedRevision auth revision whose password was checked
     * @param tokenPrefix random start of the token; the log index of the login completes it
     */
    record Login(String user, long checkedRevision, String tokenPrefix) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.LOGIN;
        }
    }

    /**
     * Fails with USER_EMPTY, USER_EXISTS.
     *
     * @param passwordHash as bcrypt writes it
     */
    record UserAdd(String user, String passwordHash, boolean noPassword) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.USER_ADD;
        }
    }

    /** Fails with INVALID_AUTH_MANAGEMENT, USER_NOT_FOUND. */
    record UserDelete(String user) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.USER_DELETE;
        }
    }

    /** Fails with USER_NOT_FOUND. A user without password stays so. */
    record UserPassword(String user, String passwordHash) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.USER_PASSWORD;
        }
    }

    /** Fails with USER_NOT_FOUND, ROLE_NOT_FOUND. */
    record UserGrantRole(String user, String role) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.USER_GRANT_ROLE;
        }
    }

    /** Fails with INVALID_AUTH_MANAGEMENT, USER_NOT_FOUND, ROLE_NOT_GRANTED. */
    record UserRevokeRole(String user, String role) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.USER_REVOKE_ROLE;
        }
    }

    /** Fails with ROLE_EMPTY, ROLE_EXISTS. */
    record RoleAdd(String role) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.ROLE_ADD;
        }
    }

    /** Takes it from all users too. Fails with INVALID_AUTH_MANAGEMENT, ROLE_NOT_FOUND. */
    record RoleDelete(String role) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.ROLE_DELETE;
        }
    }

    /** Fails with INVALID_AUTH_MANAGEMENT (empty or inverted range), ROLE_NOT_FOUND. */
    record RoleGrant(String role, Permission permission) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.ROLE_GRANT;
        }
    }

    /** Fails with ROLE_NOT_FOUND, PERMISSION_NOT_GRANTED (no grant of exactly this range). */
    record RoleRevoke(String role, KeyRange range) implements AuthChange {
        @Override
        public Kind kind() {
            return Kind.ROLE_REVOKE;
        }
    }
}
