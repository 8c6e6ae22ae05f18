package org.pdtoolkit.kv.auth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.AuthView.User;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Permission;

/**
 * What each change makes of the state, and when it is refused; order of the checks and errors as in
 * etcd's auth store. Pure.
 */
final class AuthRules {
    private static final Comparator<Permission> BY_RANGE =
            Comparator.<Permission, Bytes>comparing(p -> p.range().key())
                    .thenComparing(p -> p.range().end());

    private AuthRules() {}

    /**
     * The state after {@code change}; the same object if it changes nothing.
     *
     * @throws KvException what the change documents
     */
    static AuthState next(AuthState state, AuthChange change) {
        return switch (change.kind()) {
            case ENABLE -> enable(state);
            case DISABLE -> state.enabled() ? state.withEnabled(false) : state;
            case LOGIN -> login(state, (AuthChange.Login) change);
            case USER_ADD -> addUser(state, (AuthChange.UserAdd) change);
            case USER_DELETE -> deleteUser(state, ((AuthChange.UserDelete) change).user());
            case USER_PASSWORD -> changePassword(state, (AuthChange.UserPassword) change);
            case USER_GRANT_ROLE -> grantRole(state, (AuthChange.UserGrantRole) change);
            case USER_REVOKE_ROLE -> revokeRole(state, (AuthChange.UserRevokeRole) change);
            case ROLE_ADD -> addRole(state, ((AuthChange.RoleAdd) change).role());
            case ROLE_DELETE -> deleteRole(state, ((AuthChange.RoleDelete) change).role());
            case ROLE_GRANT -> grant(state, (AuthChange.RoleGrant) change);
            case ROLE_REVOKE -> revoke(state, (AuthChange.RoleRevoke) change);
        };
    }

    private static AuthState enable(AuthState state) {
        if (state.enabled()) {
            return state;
        }
        User root = state.userMap().get(AuthView.ROOT);
        refuseIf(root == null, KvError.ROOT_USER_MISSING);
        refuseIf(!root.roles().contains(AuthView.ROOT), KvError.ROOT_ROLE_MISSING);
        return state.withEnabled(true);
    }

    private static AuthState login(AuthState state, AuthChange.Login login) {
        refuseIf(!state.enabled(), KvError.AUTH_NOT_ENABLED);
        refuseIf(state.revision() != login.checkedRevision(), KvError.AUTH_OLD_REVISION);
        return state;
    }

    private static AuthState addUser(AuthState state, AuthChange.UserAdd add) {
        refuseIf(add.user().isEmpty(), KvError.USER_EMPTY);
        refuseIf(state.userMap().containsKey(add.user()), KvError.USER_EXISTS);
        return state.withUser(
                new User(add.user(), add.passwordHash(), List.of(), add.noPassword()));
    }

    private static AuthState deleteUser(AuthState state, String name) {
        refuseIf(state.enabled() && name.equals(AuthView.ROOT), KvError.INVALID_AUTH_MANAGEMENT);
        existing(state, name);
        return state.withoutUser(name);
    }

    private static AuthState changePassword(AuthState state, AuthChange.UserPassword change) {
        User user = existing(state, change.user());
        String hash = user.noPassword() ? "" : change.passwordHash();
        return state.withUser(new User(user.name(), hash, user.roles(), user.noPassword()));
    }

    private static AuthState grantRole(AuthState state, AuthChange.UserGrantRole grant) {
        User user = existing(state, grant.user());
        String role = grant.role();
        refuseIf(
                !role.equals(AuthView.ROOT) && !state.roleMap().containsKey(role),
                KvError.ROLE_NOT_FOUND);
        if (user.roles().contains(role)) {
            return state;
        }
        List<String> roles = new ArrayList<>(user.roles());
        roles.add(role);
        roles.sort(Comparator.naturalOrder());
        return state.withUser(new User(user.name(), user.passwordHash(), roles, user.noPassword()));
    }

    private static AuthState revokeRole(AuthState state, AuthChange.UserRevokeRole revoke) {
        refuseIf(
                state.enabled()
                        && revoke.user().equals(AuthView.ROOT)
                        && revoke.role().equals(AuthView.ROOT),
                KvError.INVALID_AUTH_MANAGEMENT);
        User user = existing(state, revoke.user());
        refuseIf(!user.roles().contains(revoke.role()), KvError.ROLE_NOT_GRANTED);
        return state.withUser(AuthState.without(user, revoke.role()));
    }

    private static AuthState addRole(AuthState state, String role) {
        refuseIf(role.isEmpty(), KvError.ROLE_EMPTY);
        refuseIf(state.roleMap().containsKey(role), KvError.ROLE_EXISTS);
        return state.withRole(role, List.of());
    }

    private static AuthState deleteRole(AuthState state, String role) {
        refuseIf(state.enabled() && role.equals(AuthView.ROOT), KvError.INVALID_AUTH_MANAGEMENT);
        permissions(state, role);
        return state.withoutRole(role);
    }

    private static AuthState grant(AuthState state, AuthChange.RoleGrant grant) {
        Permission given = grant.permission();
        KeyRange range = given.range();
        boolean inverted =
                !range.isSingle()
                        && !range.isOpenEnded()
                        && range.key().compareTo(range.end()) >= 0;
        refuseIf(range.key().isEmpty() || inverted, KvError.INVALID_AUTH_MANAGEMENT);
        List<Permission> permissions = new ArrayList<>(permissions(state, grant.role()));
        permissions.removeIf(old -> old.range().equals(range));
        permissions.add(given);
        permissions.sort(BY_RANGE);
        return state.withRole(grant.role(), permissions);
    }

    private static AuthState revoke(AuthState state, AuthChange.RoleRevoke revoke) {
        List<Permission> permissions = new ArrayList<>(permissions(state, revoke.role()));
        boolean removed = permissions.removeIf(old -> old.range().equals(revoke.range()));
        refuseIf(!removed, KvError.PERMISSION_NOT_GRANTED);
        return state.withRole(revoke.role(), permissions);
    }

    private static User existing(AuthState state, String name) {
        User user = state.userMap().get(name);
        refuseIf(user == null, KvError.USER_NOT_FOUND);
        return user;
    }

    private static List<Permission> permissions(AuthState state, String role) {
        List<Permission> permissions = state.roleMap().get(role);
        refuseIf(permissions == null, KvError.ROLE_NOT_FOUND);
        return permissions;
    }

    private static void refuseIf(boolean bad, KvError error) {
        if (bad) {
            throw new KvException(error);
        }
    }
}
