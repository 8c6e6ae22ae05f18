package org.pdtoolkit.kv.machine;

import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.auth.AlarmTable;
import org.pdtoolkit.kv.auth.AuthChangeCodec;
import org.pdtoolkit.kv.codec.ByteReader;
import org.pdtoolkit.kv.codec.ByteWriter;
import org.pdtoolkit.kv.txn.OpCheck;

/**
 * Binary form of commands: a format byte, a kind byte, then fields in the order of the records.
 * Enums are written as their own numbers below, booleans as bits of one byte. What follows the
 * command is an error, and so is every unknown number: a member must not apply what it does not
 * understand in full.
 */
final class CommandCodec {
    private static final int FORMAT = 1;

    private static final int OP_RANGE = 1;
    private static final int OP_PUT = 2;
    private static final int OP_DELETE = 3;
    private static final int OP_TXN = 4;

    /** Least bytes of an operation: a tag and, for the smallest (a transaction), three counts. */
    private static final int OP_BYTES_MIN = 4;

    /**
     * Least bytes of a comparison: two keys, a byte each for target and relation, number, value.
     */
    private static final int COMPARE_BYTES_MIN = 6;

    // Positions are the numbers of the format: append only.
    private static final List<Compare.Target> TARGETS =
            List.of(
                    Compare.Target.VERSION,
                    Compare.Target.CREATE,
                    Compare.Target.MOD,
                    Compare.Target.VALUE,
                    Compare.Target.LEASE);
    private static final List<Compare.Relation> RELATIONS =
            List.of(
                    Compare.Relation.EQUAL,
                    Compare.Relation.GREATER,
                    Compare.Relation.LESS,
                    Compare.Relation.NOT_EQUAL);
    private static final List<Op.SortTarget> SORT_TARGETS =
            List.of(
                    Op.SortTarget.KEY,
                    Op.SortTarget.VERSION,
                    Op.SortTarget.CREATE,
                    Op.SortTarget.MOD,
                    Op.SortTarget.VALUE);
    private static final List<Op.SortOrder> SORT_ORDERS =
            List.of(Op.SortOrder.NONE, Op.SortOrder.ASCEND, Op.SortOrder.DESCEND);

    private CommandCodec() {}

    static Bytes encode(Command command) {
        ByteWriter writer = new ByteWriter(64).writeByte(FORMAT);
        write(writer, command);
        return writer.toBytes();
    }

    private static void write(ByteWriter writer, Command command) {
        writer.writeByte(command.kind().id());
        if (command instanceof Command.Write write) {
            writeOp(writer, write.op(), 0);
        } else if (command instanceof Command.LeaseGrant grant) {
            writer.writeSigned(grant.id()).writeSigned(grant.ttl());
        } else if (command instanceof Command.LeaseRevoke revoke) {
            writer.writeSigned(revoke.id());
        } else if (command instanceof Command.Compact compact) {
            writer.writeSigned(compact.revision());
        } else if (command instanceof Command.OnBehalf request) {
            Caller caller = request.caller();
            writer.writeBytes(Bytes.utf8(caller.user())).writeVarint(caller.authRevision());
            write(writer, request.command());
        } else if (command instanceof Command.Auth auth) {
            AuthChangeCodec.write(writer, auth.change());
        } else if (command instanceof Command.AlarmSet set) {
            Alarm alarm = set.alarm();
            writeAlarm(writer, alarm.memberId(), alarm.type(), alarm.automatic());
        } else if (command instanceof Command.AlarmClear clear) {
            writeAlarm(writer, clear.memberId(), clear.type(), clear.automaticOnly());
        }
    }

    static Command decode(Bytes encoded) {
        ByteReader reader = new ByteReader(encoded);
        int format = reader.readByte();
        if (format != FORMAT) {
            throw new IllegalArgumentException("unknown command format " + format);
        }
        Command command = read(reader, kind(reader.readByte()));
        reader.expectEnd();
        return command;
    }

    private static Command read(ByteReader reader, Command.Kind kind) {
        return switch (kind) {
            case WRITE -> new Command.Write(readOp(reader, 0));
            case LEASE_GRANT -> new Command.LeaseGrant(reader.readSigned(), reader.readSigned());
            case LEASE_REVOKE -> new Command.LeaseRevoke(reader.readSigned());
            case COMPACT -> new Command.Compact(reader.readSigned());
            case ON_BEHALF -> {
                Caller caller = new Caller(reader.readBytes().toUtf8(), reader.readVarint());
                Command.Kind inner = kind(reader.readByte());
                if (inner == Command.Kind.ON_BEHALF) {
                    throw new IllegalArgumentException("two callers");
                }
                yield new Command.OnBehalf(caller, read(reader, inner));
            }
            case AUTH -> new Command.Auth(AuthChangeCodec.read(reader));
            case ALARM_SET -> {
                long member = reader.readSigned();
                Alarm.Type type = AlarmTable.type(reader.readByte());
                yield new Command.AlarmSet(new Alarm(member, type, bit(readBits(reader, 1), 0)));
            }
            case ALARM_CLEAR ->
                    new Command.AlarmClear(
                            reader.readSigned(),
                            AlarmTable.type(reader.readByte()),
                            bit(readBits(reader, 1), 0));
        };
    }

    private static void writeAlarm(
            ByteWriter writer, long memberId, Alarm.Type type, boolean automatic) {
        writer.writeSigned(memberId).writeByte(type.id()).writeByte(bits(automatic));
    }

    private static Command.Kind kind(int id) {
        for (Command.Kind kind : Command.Kind.values()) {
            if (kind.id() == id) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown command kind " + id);
    }

    private static void writeOp(ByteWriter writer, Op op, int depth) {
        if (op instanceof Op.Range range) {
            writeRange(writer.writeByte(OP_RANGE), range);
        } else if (op instanceof Op.Put put) {
            writer.writeByte(OP_PUT)
                    .writeBytes(put.key())
                    .writeBytes(put.value())
                    .writeSigned(put.lease())
                    .writeByte(bits(put.previous(), put.ignoreValue(), put.ignoreLease()));
        } else if (op instanceof Op.Delete delete) {
            writeKeyRange(writer.writeByte(OP_DELETE), delete.range());
            writer.writeByte(bits(delete.previous()));
        } else if (op instanceof Op.Txn txn) {
            requireDepth(depth);
            writer.writeByte(OP_TXN).writeVarint(txn.compares().size());
            txn.compares().forEach(compare -> writeCompare(writer, compare));
            writeOps(writer, txn.success(), depth + 1);
            writeOps(writer, txn.failure(), depth + 1);
        }
    }

    private static Op readOp(ByteReader reader, int depth) {
        int tag = reader.readByte();
        return switch (tag) {
            case OP_RANGE -> readRange(reader);
            case OP_PUT -> readPut(reader);
            case OP_DELETE -> {
                KeyRange range = readKeyRange(reader);
                yield new Op.Delete(range, bit(readBits(reader, 1), 0));
            }
            case OP_TXN -> {
                requireDepth(depth);
                List<Compare> compares = new ArrayList<>();
                for (int left = reader.readCount(COMPARE_BYTES_MIN); left > 0; left--) {
                    compares.add(readCompare(reader));
                }
                List<Op> success = readOps(reader, depth + 1);
                yield new Op.Txn(compares, success, readOps(reader, depth + 1));
            }
            default -> throw new IllegalArgumentException("unknown operation " + tag);
        };
    }

    private static void requireDepth(int depth) {
        if (depth >= OpCheck.DEPTH_MAX) {
            throw new IllegalArgumentException(
                    "transactions nest deeper than " + OpCheck.DEPTH_MAX);
        }
    }

    private static void writeOps(ByteWriter writer, List<Op> ops, int depth) {
        writer.writeVarint(ops.size());
        ops.forEach(op -> writeOp(writer, op, depth));
    }

    private static List<Op> readOps(ByteReader reader, int depth) {
        List<Op> ops = new ArrayList<>();
        for (int left = reader.readCount(OP_BYTES_MIN); left > 0; left--) {
            ops.add(readOp(reader, depth));
        }
        return ops;
    }

    private static Op.Put readPut(ByteReader reader) {
        Bytes key = reader.readBytes();
        Bytes value = reader.readBytes();
        long lease = reader.readSigned();
        int bits = readBits(reader, 3);
        return new Op.Put(key, value, lease, bit(bits, 0), bit(bits, 1), bit(bits, 2));
    }

    private static void writeRange(ByteWriter writer, Op.Range range) {
        writeKeyRange(writer, range.range());
        writer.writeSigned(range.revision())
                .writeSigned(range.limit())
                .writeByte(SORT_TARGETS.indexOf(range.sortTarget()))
                .writeByte(SORT_ORDERS.indexOf(range.sortOrder()))
                .writeByte(bits(range.keysOnly(), range.countOnly(), range.serializable()))
                .writeSigned(range.minMod())
                .writeSigned(range.maxMod())
                .writeSigned(range.minCreate())
                .writeSigned(range.maxCreate());
    }

    private static Op.Range readRange(ByteReader reader) {
        KeyRange range = readKeyRange(reader);
        long revision = reader.readSigned();
        long limit = reader.readSigned();
        Op.SortTarget target = pick(SORT_TARGETS, reader.readByte(), "sort target");
        Op.SortOrder order = pick(SORT_ORDERS, reader.readByte(), "sort order");
        int bits = readBits(reader, 3);
        return new Op.Range(
                range,
                revision,
                limit,
                target,
                order,
                bit(bits, 0),
                bit(bits, 1),
                reader.readSigned(),
                reader.readSigned(),
                reader.readSigned(),
                reader.readSigned(),
                bit(bits, 2));
    }

    private static void writeCompare(ByteWriter writer, Compare compare) {
        writeKeyRange(writer, compare.range());
        writer.writeByte(TARGETS.indexOf(compare.target()))
                .writeByte(RELATIONS.indexOf(compare.relation()))
                .writeSigned(compare.number())
                .writeBytes(compare.value());
    }

    private static Compare readCompare(ByteReader reader) {
        return new Compare(
                readKeyRange(reader),
                pick(TARGETS, reader.readByte(), "compare target"),
                pick(RELATIONS, reader.readByte(), "compare relation"),
                reader.readSigned(),
                reader.readBytes());
    }

    private static void writeKeyRange(ByteWriter writer, KeyRange range) {
        writer.writeBytes(range.key()).writeBytes(range.end());
    }

    private static KeyRange readKeyRange(ByteReader reader) {
        return new KeyRange(reader.readBytes(), reader.readBytes());
    }

    private static int bits(boolean... flags) {
        int bits = 0;
        for (int i = 0; i < flags.length; i++) {
            bits |= flags[i] ? 1 << i : 0;
        }
        return bits;
    }

    private static int readBits(ByteReader reader, int count) {
        int bits = reader.readByte();
        if (bits >= 1 << count) {
            throw new IllegalArgumentException("unknown flags " + bits);
        }
        return bits;
    }

    private static boolean bit(int bits, int index) {
        return (bits & 1 << index) != 0;
    }

    private static <E> E pick(List<E> values, int index, String what) {
        if (index >= values.size()) {
            throw new IllegalArgumentException("unknown " + what + " " + index);
        }
        return values.get(index);
    }
}
