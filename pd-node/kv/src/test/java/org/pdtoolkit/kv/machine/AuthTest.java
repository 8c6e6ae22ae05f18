package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.kv.machine.Machine.dump;
import static org.pdtoolkit.kv.machine.Machine.utf8;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.Permission;

/** Users and alarms inside the machine: durable, replicated, and heeded. */
class AuthTest {
    private final Machine machine = new Machine();

    private AuthControl.Changed change(AuthChange change) {
        return assertInstanceOf(Outcome.AuthChanged.class, machine.apply(new Command.Auth(change)))
                .changed();
    }

    private void enable() {
        change(new AuthChange.UserAdd("root", "h1", false));
        change(new AuthChange.UserGrantRole("root", "root"));
        change(new AuthChange.UserAdd("alice", "h2", false));
        change(new AuthChange.RoleAdd("r"));
        KeyRange range = new KeyRange(utf8("a"), utf8("c"));
        change(new AuthChange.RoleGrant("r", new Permission(range, Permission.Access.READ_WRITE)));
        change(new AuthChange.UserGrantRole("alice", "r"));
        change(new AuthChange.Enable());
    }

    private Command by(String user, Command command) {
        return new Command.OnBehalf(new Caller(user, machine.kv.auth().revision()), command);
    }

    private static Command put(String key) {
        return new Command.Write(Op.Put.of(utf8(key), utf8("v")));
    }

    @Test
    void usersAndRolesSurviveARestartAndASnapshot() {
        enable();
        change(new AuthChange.UserAdd("gone", "", true));
        change(new AuthChange.UserDelete("gone"));
        Machine other = new Machine();
        other.apply(new Command.Auth(new AuthChange.UserAdd("stale", "", false)));
        other.kv.install(dump(machine.store).iterator(), machine.store.applied());
        machine.restart();
        for (KvMachine kv : List.of(machine.kv, other.kv)) {
            assertTrue(kv.auth().enabled());
            assertEquals(9, kv.auth().revision());
            assertEquals(List.of("alice", "root"), kv.auth().users());
            assertEquals(List.of("r"), kv.auth().user("alice").orElseThrow().roles());
            assertEquals("h2", kv.auth().user("alice").orElseThrow().passwordHash());
            assertEquals(1, kv.auth().role("r").orElseThrow().size());
        }
    }

    @Test
    void aChangeMovesNoStoreRevision() {
        enable();
        assertEquals(1, machine.kv.revision());
    }

    @Test
    void anEntryIsJudgedWhenItIsApplied() {
        enable();
        assertInstanceOf(Outcome.Done.class, machine.apply(by("alice", put("a"))));
        assertEquals(KvError.PERMISSION_DENIED, machine.refusal(by("alice", put("c"))));
        assertNull(machine.get("c"));
        assertEquals(
                KvError.USER_EMPTY,
                machine.refusal(new Command.OnBehalf(Caller.ANONYMOUS, put("a"))));
        Command early = by("alice", put("a"));
        change(new AuthChange.UserRevokeRole("alice", "r"));
        assertEquals(KvError.AUTH_OLD_REVISION, machine.refusal(early));
        assertEquals(KvError.PERMISSION_DENIED, machine.refusal(by("alice", put("a"))));
    }

    @Test
    void thisProgramItselfIsNeverChecked() {
        enable();
        assertEquals(2, machine.put("z", "v"));
    }

    @Test
    void onlyARootCompactsSetsAlarmsAndChangesUsers() {
        enable();
        machine.put("a", "1");
        for (Command command :
                List.of(
                        new Command.Compact(2),
                        new Command.AlarmSet(new Alarm(1, Alarm.Type.NOSPACE, false)),
                        new Command.AlarmClear(1, Alarm.Type.NOSPACE, false),
                        new Command.Auth(new AuthChange.RoleAdd("x")))) {
            assertEquals(KvError.PERMISSION_DENIED, machine.refusal(by("alice", command)));
            machine.apply(by("root", command));
        }
        assertEquals(2, machine.kv.compactRevision());
        assertEquals(List.of("r", "x"), machine.kv.auth().roles());
    }

    @Test
    void leasesNeedAUserAndWritePermissionOnTheirKeys() {
        enable();
        Command grant = new Command.LeaseGrant(5, 60);
        assertEquals(
                KvError.USER_EMPTY, machine.refusal(new Command.OnBehalf(Caller.ANONYMOUS, grant)));
        assertInstanceOf(Outcome.Leased.class, machine.apply(by("alice", grant)));
        machine.put("z", "v", 5);
        Command revoke = new Command.LeaseRevoke(5);
        assertEquals(KvError.PERMISSION_DENIED, machine.refusal(by("alice", revoke)));
        assertInstanceOf(Outcome.Leased.class, machine.apply(by("root", revoke)));
    }

    @Test
    void aLoginNamesItsOwnEntryAndNeedsNoRight() {
        enable();
        AuthChange login = new AuthChange.Login("alice", machine.kv.auth().revision(), "abc");
        Outcome outcome =
                machine.apply(new Command.OnBehalf(Caller.ANONYMOUS, new Command.Auth(login)));
        assertEquals(
                "abc." + machine.store.applied().index(),
                ((Outcome.AuthChanged) outcome).changed().token());
        change(new AuthChange.RoleAdd("later"));
        assertEquals(KvError.AUTH_OLD_REVISION, machine.refusal(new Command.Auth(login)));
    }

    @Test
    void aFullStoreTakesWhatNeedsNoSpaceAndWhatThisProgramWrites() {
        machine.apply(new Command.LeaseGrant(5, 60));
        machine.apply(new Command.AlarmSet(new Alarm(1, Alarm.Type.NOSPACE, false)));
        Op.Put put = Op.Put.of(utf8("k"), utf8("v"));
        Op.Delete delete = Op.Delete.of(utf8("k"));
        Op.Txn inElse = new Op.Txn(List.of(), List.of(), List.of(put));
        for (Command command :
                List.of(
                        put("k"),
                        new Command.Write(inElse),
                        new Command.Write(new Op.Txn(List.of(), List.of(inElse), List.of())),
                        new Command.LeaseGrant(6, 60))) {
            assertEquals(KvError.NO_SPACE, machine.refusal(by("", command)));
        }
        for (Command command :
                List.of(
                        new Command.Write(delete),
                        new Command.Write(new Op.Txn(List.of(), List.of(delete), List.of())),
                        new Command.LeaseRevoke(5),
                        new Command.Compact(1))) {
            machine.apply(by("", command));
        }
        assertEquals(1, machine.kv.compactRevision());
        assertEquals(2, machine.put("k", "v"));
    }

    @Test
    void aCorruptStoreIsNotWrittenByAnybody() {
        machine.apply(new Command.LeaseGrant(5, 60));
        machine.apply(new Command.AlarmSet(new Alarm(1, Alarm.Type.NOSPACE, false)));
        machine.apply(new Command.AlarmSet(new Alarm(2, Alarm.Type.CORRUPT, false)));
        for (Command command :
                List.of(
                        put("k"),
                        new Command.Write(Op.Delete.of(utf8("k"))),
                        new Command.LeaseGrant(6, 60),
                        new Command.LeaseRevoke(5),
                        new Command.Compact(1))) {
            assertEquals(KvError.CORRUPT, machine.refusal(command));
            assertEquals(KvError.CORRUPT, machine.refusal(by("", command)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAlarmStaysUntilItIsRemoved(Alarm.Type type) {
        Alarm alarm = new Alarm(-3, type, false);
        assertEquals(set(alarm), List.of(alarm));
        assertEquals(set(alarm), List.of(alarm));
        Machine other = new Machine();
        other.kv.install(dump(machine.store).iterator(), machine.store.applied());
        machine.restart();
        assertEquals(List.of(alarm), machine.kv.alarms());
        assertEquals(List.of(alarm), other.kv.alarms());
        assertEquals(List.of(alarm), clear(alarm, false));
        assertEquals(List.of(), clear(alarm, false));
        machine.restart();
        assertEquals(List.of(), machine.kv.alarms());
    }

    @Test
    void onlyAnAutomaticAlarmGoesAutomatically() {
        Alarm automatic = new Alarm(1, Alarm.Type.NOSPACE, true);
        Alarm manual = new Alarm(1, Alarm.Type.NOSPACE, false);
        set(automatic);
        assertEquals(List.of(automatic), clear(automatic, true));
        set(automatic);
        // Setting it by hand as well makes it stay; the other way round changes nothing.
        assertEquals(List.of(manual), set(manual));
        assertEquals(List.of(manual), set(automatic));
        assertEquals(List.of(), clear(manual, true));
        assertEquals(List.of(manual), machine.kv.alarms());
    }

    @Test
    void alarmsAreListedByTypeAndMember() {
        Alarm last = new Alarm(1, Alarm.Type.CORRUPT, false);
        Alarm unsigned = new Alarm(-1, Alarm.Type.NOSPACE, false);
        Alarm first = new Alarm(2, Alarm.Type.NOSPACE, false);
        List.of(last, unsigned, first).forEach(this::set);
        assertEquals(List.of(first, unsigned, last), machine.kv.alarms());
        machine.restart();
        assertEquals(List.of(first, unsigned, last), machine.kv.alarms());
    }

    private List<Alarm> set(Alarm alarm) {
        return ((Outcome.Alarmed) machine.apply(new Command.AlarmSet(alarm))).alarms();
    }

    private List<Alarm> clear(Alarm alarm, boolean automaticOnly) {
        Command clear = new Command.AlarmClear(alarm.memberId(), alarm.type(), automaticOnly);
        return ((Outcome.Alarmed) machine.apply(clear)).alarms();
    }
}
