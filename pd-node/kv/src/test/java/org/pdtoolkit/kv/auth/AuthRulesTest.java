package org.pdtoolkit.kv.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Permission;

/** Changes of users and roles, and their refusals. */
class AuthRulesTest {
    private AuthState state = AuthState.INITIAL;

    @BeforeEach
    void aRootAUserAndTwoRoles() {
        does(
                "user-add root",
                "user-add alice",
                "role-add r1",
                "role-add r2",
                "grant-role root root",
                "grant-role alice r1");
    }

    @Test
    void everyChangeRaisesTheRevisionOnceButEnabling() {
        assertEquals(7, state.revision());
        does("enable");
        assertEquals(7, state.revision());
        does("disable");
        assertEquals(8, state.revision());
    }

    @ParameterizedTest
    @CsvSource({"grant-role alice r1", "disable", "login alice 7"})
    void whatChangesNothingRaisesNothing(String change) {
        if (change.startsWith("login")) {
            does("enable");
        }
        assertSame(state, AuthRules.next(state, parse(change)));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            ENABLED | CHANGE | ERROR
            false | user-add '' | USER_EMPTY
            false | user-add alice | USER_EXISTS
            false | user-delete bob | USER_NOT_FOUND
            true | user-delete root | INVALID_AUTH_MANAGEMENT
            false | password bob | USER_NOT_FOUND
            # the user is looked up before the role
            false | grant-role bob r9 | USER_NOT_FOUND
            false | grant-role alice r9 | ROLE_NOT_FOUND
            false | revoke-role bob r1 | USER_NOT_FOUND
            false | revoke-role alice r2 | ROLE_NOT_GRANTED
            true | revoke-role root root | INVALID_AUTH_MANAGEMENT
            false | role-add '' | ROLE_EMPTY
            false | role-add r1 | ROLE_EXISTS
            false | role-delete r9 | ROLE_NOT_FOUND
            # the range is looked at before the role
            true | role-delete root | INVALID_AUTH_MANAGEMENT
            false | grant r9 b a | INVALID_AUTH_MANAGEMENT
            false | grant r1 a a | INVALID_AUTH_MANAGEMENT
            false | grant r1 '' z | INVALID_AUTH_MANAGEMENT
            false | grant r9 a b | ROLE_NOT_FOUND
            false | revoke r9 a b | ROLE_NOT_FOUND
            false | revoke r1 a b | PERMISSION_NOT_GRANTED
            false | login alice 7 | AUTH_NOT_ENABLED
            true | login alice 6 | AUTH_OLD_REVISION
            """)
    void isRefused(boolean enabled, String change, String error) {
        if (enabled) {
            does("enable");
        }
        KvException refusal =
                assertThrows(KvException.class, () -> AuthRules.next(state, parse(change)));
        assertEquals(error, refusal.error().name());
    }

    @Test
    void enablingWantsARootWithItsRole() {
        AuthState bare = AuthState.INITIAL;
        assertEquals("ROOT_USER_MISSING", refusal(bare, "enable"));
        AuthState roleless = AuthRules.next(bare, parse("user-add root"));
        assertEquals("ROOT_ROLE_MISSING", refusal(roleless, "enable"));
    }

    @Test
    void rootMayGoWhileDisabled() {
        does("role-add root", "revoke-role root root", "role-delete root", "user-delete root");
        assertEquals(List.of("alice"), state.users());
    }

    @Test
    void rolesOfAUserAreSorted() {
        does("grant-role alice root", "role-add a0", "grant-role alice a0");
        assertEquals(List.of("a0", "r1", "root"), state.user("alice").orElseThrow().roles());
    }

    @Test
    void aDeletedRoleIsTakenFromItsUsers() {
        does("role-delete r1");
        assertEquals(List.of(), state.user("alice").orElseThrow().roles());
        assertEquals(List.of("r2"), state.roles());
    }

    @Test
    void permissionsAreSortedAndOneRangeHasOne() {
        does("grant r1 m", "grant r1 b z", "grant r1 b", "grant r1 b c", "grant r1 b");
        List<Permission> permissions = state.role("r1").orElseThrow();
        assertEquals(
                List.of(range("b", ""), range("b", "c"), range("b", "z"), range("m", "")),
                permissions.stream().map(Permission::range).toList());
        does("revoke r1 b c");
        assertEquals(3, state.role("r1").orElseThrow().size());
    }

    @Test
    void theRoleRootIsShownAsEverything() {
        does("role-add root", "grant root a");
        assertEquals(
                List.of(
                        new Permission(
                                new KeyRange(Bytes.EMPTY, KeyRange.OPEN_END),
                                Permission.Access.READ_WRITE)),
                state.role("root").orElseThrow());
    }

    @Test
    void aUserWithoutPasswordStaysSo() {
        state = AuthRules.next(state, new AuthChange.UserAdd("bob", "", true));
        does("password bob");
        assertEquals("", state.user("bob").orElseThrow().passwordHash());
        does("password alice");
        assertEquals("new", state.user("alice").orElseThrow().passwordHash());
    }

    private void does(String... changes) {
        for (String change : changes) {
            state = AuthRules.next(state, parse(change));
        }
    }

    private static String refusal(AuthState state, String change) {
        return assertThrows(KvException.class, () -> AuthRules.next(state, parse(change)))
                .error()
                .name();
    }

    private static KeyRange range(String key, String end) {
        return new KeyRange(Bytes.utf8(key), Bytes.utf8(end));
    }

    /** Two single quotes are an empty word. */
    private static AuthChange parse(String text) {
        String[] words = text.replace("''", "").split(" ", -1);
        String first = words.length > 1 ? words[1] : "";
        String second = words.length > 2 ? words[2] : "";
        String third = words.length > 3 ? words[3] : "";
        return switch (words[0]) {
            case "enable" -> new AuthChange.Enable();
            case "disable" -> new AuthChange.Disable();
            case "login" -> new AuthChange.Login(first, Long.parseLong(second), "token");
            case "user-add" -> new AuthChange.UserAdd(first, "hash", false);
            case "user-delete" -> new AuthChange.UserDelete(first);
            case "password" -> new AuthChange.UserPassword(first, "new");
            case "grant-role" -> new AuthChange.UserGrantRole(first, second);
            case "revoke-role" -> new AuthChange.UserRevokeRole(first, second);
            case "role-add" -> new AuthChange.RoleAdd(first);
            case "role-delete" -> new AuthChange.RoleDelete(first);
            case "grant" ->
                    new AuthChange.RoleGrant(
                            first, new Permission(range(second, third), Permission.Access.READ));
            case "revoke" -> new AuthChange.RoleRevoke(first, range(second, third));
            default -> throw new IllegalArgumentException(text);
        };
    }
}
