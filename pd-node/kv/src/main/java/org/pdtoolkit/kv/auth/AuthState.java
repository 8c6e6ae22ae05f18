package org.pdtoolkit.kv.auth;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Permission;
import org.pdtoolkit.kv.txn.RangeSet;

/**
 * Users, roles and permissions at one moment, and the questions they answer. Immutable; thread:
 * any.
 */
public final class AuthState implements AuthView {
    static final AuthState INITIAL = new AuthState(false, 1, new TreeMap<>(), new TreeMap<>());

    /** The role {@link #ROOT} as it is shown: every key. */
    private static final List<Permission> EVERYTHING =
            List.of(
                    new Permission(
                            new KeyRange(Bytes.EMPTY, KeyRange.OPEN_END),
                            Permission.Access.READ_WRITE));

    private final boolean enabled;
    private final long revision;
    private final Map<String, User> users;

    /** Permissions sorted by key, then end. */
    private final Map<String, List<Permission>> roles;

    /** What users may do, by name; worked out when first asked. */
    private final ConcurrentMap<String, Grants> grants = new ConcurrentHashMap<>();

    /** Union of the permissions of a user's roles: adjacent and overlapping ranges merge. */
    private record Grants(RangeSet read, RangeSet write) {}

    /** Takes the maps over. */
    AuthState(
            boolean enabled,
            long revision,
            TreeMap<String, User> users,
            TreeMap<String, List<Permission>> roles) {
        this.enabled = enabled;
        this.revision = revision;
        this.users = Collections.unmodifiableMap(users);
        this.roles = Collections.unmodifiableMap(roles);
    }

    Map<String, User> userMap() {
        return users;
    }

    Map<String, List<Permission>> roleMap() {
        return roles;
    }

    @Override
    public boolean enabled() {
        return enabled;
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public List<String> users() {
        return List.copyOf(users.keySet());
    }

    @Override
    public List<String> roles() {
        return List.copyOf(roles.keySet());
    }

    @Override
    public Optional<User> user(String name) {
        return Optional.ofNullable(users.get(name));
    }

    @Override
    public Optional<List<Permission>> role(String name) {
        List<Permission> permissions = roles.get(name);
        return Optional.ofNullable(
                permissions != null && name.equals(ROOT) ? EVERYTHING : permissions);
    }

    @Override
    public void requireRoot(Caller caller) {
        requireUser(caller);
        if (enabled && !isRoot(users.get(caller.user()))) {
            throw new KvException(KvError.PERMISSION_DENIED);
        }
    }

    @Override
    public void requireUser(Caller caller) {
        if (enabled && (caller.isAnonymous() || caller.user().isEmpty())) {
            throw new KvException(KvError.USER_EMPTY);
        }
    }

    /**
     * Refuses a caller that was recognised under older users, roles or permissions.
     *
     * @throws KvException AUTH_OLD_REVISION
     */
    void requirePresent(Caller caller) {
        if (enabled && caller.authRevision() < revision) {
            throw new KvException(KvError.AUTH_OLD_REVISION);
        }
    }

    /** Whether every check passes: nothing is checked, or a root asks. */
    boolean isFree(Caller caller) {
        return !enabled || (!caller.isAnonymous() && isRoot(users.get(caller.user())));
    }

    /**
     * @throws KvException USER_EMPTY, AUTH_OLD_REVISION, PERMISSION_DENIED
     */
    void requireRead(Caller caller, KeyRange range) {
        require(caller, range, false);
    }

    /**
     * @throws KvException USER_EMPTY, AUTH_OLD_REVISION, PERMISSION_DENIED
     */
    void requireWrite(Caller caller, KeyRange range) {
        require(caller, range, true);
    }

    private void require(Caller caller, KeyRange range, boolean write) {
        if (!enabled) {
            return;
        }
        if (caller.isAnonymous()) {
            throw new KvException(KvError.USER_EMPTY);
        }
        requirePresent(caller);
        User user = users.get(caller.user());
        if (isRoot(user)) {
            return;
        }
        if (user == null || !allows(user, range, write)) {
            throw new KvException(KvError.PERMISSION_DENIED);
        }
    }

    private boolean allows(User user, KeyRange range, boolean write) {
        Grants granted = grants.computeIfAbsent(user.name(), name -> grantsOf(user));
        return (write ? granted.write() : granted.read()).containsAll(range);
    }

    private Grants grantsOf(User user) {
        Grants union = new Grants(new RangeSet(), new RangeSet());
        for (String role : user.roles()) {
            for (Permission permission : roles.getOrDefault(role, List.of())) {
                if (permission.access().reads()) {
                    union.read().add(permission.range());
                }
                if (permission.access().writes()) {
                    union.write().add(permission.range());
                }
            }
        }
        return union;
    }

    private static boolean isRoot(User user) {
        return user != null && user.roles().contains(ROOT);
    }

    // ---- the next state ------------------------------------------------------------------------

    AuthState withEnabled(boolean on) {
        return new AuthState(
                on, on ? revision : revision + 1, new TreeMap<>(users), new TreeMap<>(roles));
    }

    AuthState withUser(User user) {
        TreeMap<String, User> changed = new TreeMap<>(users);
        changed.put(user.name(), user);
        return new AuthState(enabled, revision + 1, changed, new TreeMap<>(roles));
    }

    AuthState withoutUser(String name) {
        TreeMap<String, User> changed = new TreeMap<>(users);
        changed.remove(name);
        return new AuthState(enabled, revision + 1, changed, new TreeMap<>(roles));
    }

    AuthState withRole(String name, List<Permission> permissions) {
        TreeMap<String, List<Permission>> changed = new TreeMap<>(roles);
        changed.put(name, List.copyOf(permissions));
        return new AuthState(enabled, revision + 1, new TreeMap<>(users), changed);
    }

    /** Takes the role from its users too. */
    AuthState withoutRole(String name) {
        TreeMap<String, List<Permission>> changed = new TreeMap<>(roles);
        changed.remove(name);
        TreeMap<String, User> losers = new TreeMap<>(users);
        losers.replaceAll((key, user) -> user.roles().contains(name) ? without(user, name) : user);
        return new AuthState(enabled, revision + 1, losers, changed);
    }

    static User without(User user, String role) {
        List<String> left = new ArrayList<>(user.roles());
        left.remove(role);
        return new User(user.name(), user.passwordHash(), left, user.noPassword());
    }
}
