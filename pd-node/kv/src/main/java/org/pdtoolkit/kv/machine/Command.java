package org.pdtoolkit.kv.machine;

import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.txn.OpCheck;

/** What is replicated: an entry of the log that changes the store. */
public sealed interface Command {
    /** Tag for exhaustive switches; numbers are part of the log format. */
    enum Kind {
        WRITE(1),
        LEASE_GRANT(2),
        LEASE_REVOKE(3),
        COMPACT(4),
        ON_BEHALF(5),
        AUTH(6),
        ALARM_SET(7),
        ALARM_CLEAR(8);

        private final int id;

        Kind(int id) {
            this.id = id;
        }

        int id() {
            return id;
        }
    }

    Kind kind();

    /** A put, delete or transaction; a range alone is no command. */
    record Write(Op op) implements Command {
        public Write {
            if (op instanceof Op.Range) {
                throw new IllegalArgumentException("a range is not replicated");
            }
        }

        @Override
        public Kind kind() {
            return Kind.WRITE;
        }
    }

    /**
     * @param id chosen by the proposer if the client did not; never 0
     * @param ttl seconds, as asked for
     */
    record LeaseGrant(long id, long ttl) implements Command {
        public LeaseGrant {
            if (id == 0) {
                throw new IllegalArgumentException("a lease needs an id");
            }
        }

        @Override
        public Kind kind() {
            return Kind.LEASE_GRANT;
        }
    }

    record LeaseRevoke(long id) implements Command {
        @Override
        public Kind kind() {
            return Kind.LEASE_REVOKE;
        }
    }

    record Compact(long revision) implements Command {
        @Override
        public Kind kind() {
            return Kind.COMPACT;
        }
    }

    /** A command in the name of a client; without it, of this program itself. */
    record OnBehalf(Caller caller, Command command) implements Command {
        public OnBehalf {
            if (command instanceof OnBehalf) {
                throw new IllegalArgumentException("a command has one caller");
            }
        }

        @Override
        public Kind kind() {
            return Kind.ON_BEHALF;
        }
    }

    record Auth(AuthChange change) implements Command {
        @Override
        public Kind kind() {
            return Kind.AUTH;
        }
    }

    /** An alarm set by hand replaces an automatic one, never the other way round. */
    record AlarmSet(Alarm alarm) implements Command {
        @Override
        public Kind kind() {
            return Kind.ALARM_SET;
        }
    }

    /**
     * @param automaticOnly leave an alarm alone that was set by hand
     */
    record AlarmClear(long memberId, Alarm.Type type, boolean automaticOnly) implements Command {
        @Override
        public Kind kind() {
            return Kind.ALARM_CLEAR;
        }
    }

    /**
     * The form in which it is replicated.
     *
     * @throws IllegalArgumentException if transactions nest deeper than {@link OpCheck#DEPTH_MAX}
     */
    default Bytes encode() {
        return CommandCodec.encode(this);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if {@code encoded} is anything else
     */
    static Command decode(Bytes encoded) {
        return CommandCodec.decode(encoded);
    }
}
