package org.pdtoolkit.kv.machine;

import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.auth.AlarmTable;
import org.pdtoolkit.kv.auth.AuthState;
import org.pdtoolkit.kv.auth.AuthStore;
import org.pdtoolkit.kv.auth.OpAccess;
import org.pdtoolkit.kv.lease.LeaseTable;
import org.pdtoolkit.kv.txn.OpCost;

/**
 * Decides whether a command may be carried out: alarms first, then what its caller may (etcd's
 * chain of appliers). Thread: apply.
 */
final class Admission {
    private final AuthStore auth;
    private final AlarmTable alarms;
    private final LeaseTable leases;

    Admission(AuthStore auth, AlarmTable alarms, LeaseTable leases) {
        this.auth = auth;
        this.alarms = alarms;
        this.leases = leases;
    }

    /**
     * Refuses what the alarms forbid. A full store goes on taking what this program itself writes:
     * that is little, and without it nobody could be elected.
     *
     * @param caller {@code null} for this program itself
     * @throws KvException CORRUPT, NO_SPACE, USER_EMPTY, AUTH_OLD_REVISION, PERMISSION_DENIED
     */
    void require(Command command, Caller caller) {
        if (alarms.has(Alarm.Type.CORRUPT) && touchesKeys(command)) {
            throw new KvException(KvError.CORRUPT);
        }
        if (caller == null) {
            return;
        }
        if (alarms.has(Alarm.Type.NOSPACE) && takesSpace(command)) {
            throw new KvException(KvError.NO_SPACE);
        }
        requireAllowed(command, caller);
    }

    private void requireAllowed(Command command, Caller caller) {
        AuthState state = auth.state();
        if (!state.enabled()) {
            return;
        }
        OpAccess access = new OpAccess(state, caller, leases::keys);
        switch (command.kind()) {
            case WRITE -> access.require(((Command.Write) command).op());
            case LEASE_GRANT -> state.requireUser(caller);
            case LEASE_REVOKE -> access.requireLeaseWrite(((Command.LeaseRevoke) command).id());
            case AUTH -> {
                if (((Command.Auth) command).change().kind() != AuthChange.Kind.LOGIN) {
                    state.requireRoot(caller);
                }
            }
            case COMPACT, ALARM_SET, ALARM_CLEAR -> state.requireRoot(caller);
            case ON_BEHALF -> throw new IllegalArgumentException("two callers");
        }
    }

    private static boolean touchesKeys(Command command) {
        return switch (command.kind()) {
            case WRITE, LEASE_GRANT, LEASE_REVOKE, COMPACT -> true;
            case ON_BEHALF, AUTH, ALARM_SET, ALARM_CLEAR -> false;
        };
    }

    private static boolean takesSpace(Command command) {
        if (command instanceof Command.Write write) {
            return OpCost.of(write.op()) > 0;
        }
        return command instanceof Command.LeaseGrant;
    }
}
