package org.pdtoolkit.kv.auth;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.Permission;

class OpAccessTest {
    private static final long LEASE = 7;

    /** Of alice: reads [b, d) and [d, f) and k, writes [c, g); the lease holds c and x. */
    private static final AuthState STATE = state();

    private static AuthState state() {
        AuthState state = AuthState.INITIAL;
        for (AuthChange change :
                List.of(
                        new AuthChange.UserAdd("root", "", false),
                        new AuthChange.UserGrantRole("root", "root"),
                        new AuthChange.UserAdd("alice", "", false),
                        new AuthChange.RoleAdd("r1"),
                        new AuthChange.RoleAdd("r2"),
                        grant("r1", "b", "d", Permission.Access.READ),
                        grant("r2", "d", "f", Permission.Access.READ),
                        grant("r2", "k", "", Permission.Access.READ),
                        grant("r1", "c", "g", Permission.Access.WRITE),
                        new AuthChange.UserGrantRole("alice", "r1"),
                        new AuthChange.UserGrantRole("alice", "r2"),
                        new AuthChange.Enable())) {
            state = AuthRules.next(state, change);
        }
        return state;
    }

    private static OpAccess access(AuthState state, Caller caller) {
        return new OpAccess(
                state,
                caller,
                lease -> lease == LEASE ? List.of(Bytes.utf8("c"), Bytes.utf8("x")) : List.of());
    }

    private static OpAccess of(String user) {
        return access(STATE, new Caller(user, STATE.revision()));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            OP | ALLOWED
            get b | true
            get a | false
            get k | true
            get k\\0 | false
            # adjacent grants of two roles merge
            get b f | true
            get b f\\0 | false
            get a f | false
            get k l | false
            get b \\0 | false
            # a range without keys is nobody's
            get d c | false
            get d d | false
            put c | true
            put b | false
            put g | false
            put f prev | false
            put d prev | true
            del c g | true
            del c h | false
            del c e prev | true
            del c g prev | false
            put d lease | false
            put d free-lease | true
            txn-if b | true
            txn-if a | false
            txn-then put g | false
            txn-else put g | false
            txn-else put c | true
            txn-deep put g | false
            txn-deep put c | true
            txn-deep-if a | false
            """)
    void aUserMayDoWhatItsRolesAllowTogether(String text, boolean allowed) {
        Op op = parse(text.replace("\\0", "\0").split(" "));
        assertEquals(allowed, allows(of("alice"), op));
        assertDoesNotThrow(() -> of("root").require(op));
    }

    @ParameterizedTest
    @CsvSource({"alice,0,USER_EMPTY", "alice,9,AUTH_OLD_REVISION", "nobody,99,PERMISSION_DENIED"})
    void aCallerWithoutStandingIsRefused(String user, long revision, KvError error) {
        OpAccess access = access(STATE, new Caller(user, revision));
        assertEquals(error, refusal(() -> access.require(Op.Put.of(Bytes.utf8("c"), Bytes.EMPTY))));
    }

    @Test
    void nothingIsCheckedWhileDisabled() {
        AuthState off = AuthRules.next(STATE, new AuthChange.Disable());
        OpAccess access = access(off, Caller.ANONYMOUS);
        access.require(Op.Put.of(Bytes.utf8("z"), Bytes.EMPTY, LEASE));
        access.requireLeaseWrite(LEASE);
        off.requireRoot(Caller.ANONYMOUS);
    }

    @Test
    void rootIsWhoHasTheRoleNow() {
        STATE.requireRoot(new Caller("root", 1));
        assertEquals(
                KvError.PERMISSION_DENIED,
                refusal(() -> STATE.requireRoot(new Caller("alice", STATE.revision()))));
        assertEquals(KvError.USER_EMPTY, refusal(() -> STATE.requireRoot(Caller.ANONYMOUS)));
        assertEquals(KvError.USER_EMPTY, refusal(() -> STATE.requireUser(Caller.ANONYMOUS)));
    }

    @Test
    void aLeaseIsJudgedByAllItsKeys() {
        assertEquals(
                KvError.PERMISSION_DENIED, refusal(() -> of("alice").requireLeaseWrite(LEASE)));
        assertEquals(KvError.PERMISSION_DENIED, refusal(() -> of("alice").requireLeaseRead(LEASE)));
        of("alice").requireLeaseWrite(8);
        of("root").requireLeaseWrite(LEASE);
        assertEquals(
                KvError.USER_EMPTY,
                refusal(() -> access(STATE, Caller.ANONYMOUS).requireLeaseWrite(8)));
    }

    @Test
    void rangesAreInTheUnionOfTheGrantsOrNot() {
        for (int seed = 0; seed < 1000; seed++) {
            Random random = new Random(seed);
            AuthState state = STATE;
            List<KeyRange> granted = new ArrayList<>();
            state = AuthRules.next(state, new AuthChange.RoleAdd("random"));
            for (int i = random.nextInt(6); i >= 0; i--) {
                KeyRange range = randomRange(random);
                granted.add(range);
                Permission permission = new Permission(range, Permission.Access.READ_WRITE);
                state = AuthRules.next(state, new AuthChange.RoleGrant("random", permission));
            }
            state = AuthRules.next(state, new AuthChange.UserAdd("bob", "", false));
            state = AuthRules.next(state, new AuthChange.UserGrantRole("bob", "random"));
            OpAccess access = access(state, new Caller("bob", state.revision()));
            for (int i = 0; i < 20; i++) {
                KeyRange asked = randomRange(random);
                // Grants begin and end at letters, so letters and what follows them tell all.
                boolean covered = true;
                for (char letter = 'a'; letter <= 'z'; letter++) {
                    for (String tail : List.of("", "\0", "z")) {
                        Bytes key = Bytes.utf8(letter + tail);
                        covered &=
                                !asked.contains(key)
                                        || granted.stream().anyMatch(g -> g.contains(key));
                    }
                }
                assertEquals(
                        covered,
                        allows(access, Op.Range.of(asked)),
                        () -> asked + " within " + granted);
            }
        }
    }

    private static KeyRange randomRange(Random random) {
        int from = random.nextInt(8);
        Bytes key = letter(from);
        return switch (random.nextInt(6)) {
            case 0 -> KeyRange.single(key);
            case 1 -> new KeyRange(key, KeyRange.OPEN_END);
            default -> new KeyRange(key, letter(from + 1 + random.nextInt(4)));
        };
    }

    private static Bytes letter(int number) {
        return Bytes.utf8(String.valueOf((char) ('a' + number)));
    }

    private static boolean allows(OpAccess access, Op op) {
        try {
            access.require(op);
            return true;
        } catch (KvException e) {
            assertEquals(KvError.PERMISSION_DENIED, e.error());
            return false;
        }
    }

    private static KvError refusal(Runnable call) {
        return assertThrows(KvException.class, call::run).error();
    }

    private static AuthChange grant(String role, String key, String end, Permission.Access access) {
        KeyRange range = new KeyRange(Bytes.utf8(key), Bytes.utf8(end));
        return new AuthChange.RoleGrant(role, new Permission(range, access));
    }

    private static Op parse(String... words) {
        Bytes key = Bytes.utf8(words[1]);
        String last = words[words.length - 1];
        boolean previous = last.equals("prev");
        Bytes end = words.length > 2 && !previous ? Bytes.utf8(words[2]) : Bytes.EMPTY;
        Compare compare = Compare.absent(key);
        return switch (words[0]) {
            case "get" -> Op.Range.of(new KeyRange(key, end));
            case "put" ->
                    new Op.Put(
                            key,
                            Bytes.EMPTY,
                            last.equals("lease") ? LEASE : last.equals("free-lease") ? 8 : 0,
                            previous,
                            false,
                            false);
            case "del" -> new Op.Delete(new KeyRange(key, Bytes.utf8(words[2])), previous);
            case "txn-if" -> new Op.Txn(List.of(compare), List.of(), List.of());
            case "txn-then" -> new Op.Txn(List.of(), List.of(parse("put", words[2])), List.of());
            case "txn-else" -> new Op.Txn(List.of(), List.of(), List.of(parse("put", words[2])));
            case "txn-deep" ->
                    new Op.Txn(List.of(), List.of(), List.of(parse("txn-else", "put", words[2])));
            case "txn-deep-if" ->
                    new Op.Txn(List.of(), List.of(parse("txn-if", words[1])), List.of());
            default -> throw new IllegalArgumentException(words[0]);
        };
    }
}
