package org.pdtoolkit.kv.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;

/** Random requests over few keys, so that they meet. */
final class RandomOps {
    private final Random random;

    RandomOps(Random random) {
        this.random = random;
    }

    Bytes key() {
        return Bytes.utf8("k" + random.nextInt(8));
    }

    Bytes value() {
        return random.nextInt(8) == 0 ? Bytes.EMPTY : Bytes.utf8("v" + random.nextInt(5));
    }

    /** Single, open, prefix-like, inverted. */
    KeyRange range() {
        return switch (random.nextInt(5)) {
            case 0 -> new KeyRange(key(), KeyRange.OPEN_END);
            case 1 -> new KeyRange(KeyRange.OPEN_END, KeyRange.OPEN_END);
            case 2 -> new KeyRange(key(), key());
            default -> KeyRange.single(key());
        };
    }

    long lease() {
        return random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
    }

    <E extends Enum<E>> E any(Class<E> type) {
        E[] values = type.getEnumConstants();
        return values[random.nextInt(values.length)];
    }

    /** A number around the revisions in use, now and then 0 or negative. */
    long revision(long current) {
        return random.nextInt(3) > 0 ? 0 : random.nextLong(current + 3) - 1;
    }

    Op.Range rangeOp(long current) {
        boolean filtered = random.nextInt(4) == 0;
        return new Op.Range(
                range(),
                revision(current),
                random.nextInt(2) == 0 ? 0 : random.nextInt(5) - 1,
                random.nextInt(2) == 0 ? Op.SortTarget.KEY : any(Op.SortTarget.class),
                any(Op.SortOrder.class),
                random.nextInt(5) == 0,
                random.nextInt(5) == 0,
                filtered ? revision(current) : 0,
                filtered ? revision(current) : 0,
                filtered ? revision(current) : 0,
                filtered ? revision(current) : 0,
                random.nextBoolean());
    }

    Op.Put put() {
        boolean ignoreValue = random.nextInt(6) == 0;
        boolean ignoreLease = random.nextInt(6) == 0;
        return new Op.Put(
                key(),
                ignoreValue ? Bytes.EMPTY : value(),
                ignoreLease ? 0 : lease(),
                random.nextBoolean(),
                ignoreValue,
                ignoreLease);
    }

    Op.Delete delete() {
        return new Op.Delete(range(), random.nextBoolean());
    }

    Compare compare(long current) {
        return new Compare(
                range(),
                any(Compare.Target.class),
                any(Compare.Relation.class),
                random.nextInt(3) == 0 ? revision(current) : random.nextInt(3),
                value());
    }

    Op.Txn txn(long current, int depth) {
        List<Compare> compares = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            compares.add(compare(current));
        }
        return new Op.Txn(compares, ops(current, depth), ops(current, depth));
    }

    private List<Op> ops(long current, int depth) {
        List<Op> ops = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            ops.add(
                    switch (random.nextInt(depth > 0 ? 4 : 3)) {
                        case 0 -> rangeOp(current);
                        case 1 -> put();
                        case 2 -> delete();
                        default -> txn(current, depth - 1);
                    });
        }
        return ops;
    }

    Command command(long current) {
        return switch (random.nextInt(10)) {
            case 0 -> new Command.LeaseGrant(1 + random.nextInt(4), random.nextInt(5));
            case 1 -> new Command.LeaseRevoke(1 + random.nextInt(4));
            case 2 -> new Command.Compact(random.nextLong(current + 2));
            case 3, 4 -> new Command.Write(delete());
            case 5, 6, 7 -> new Command.Write(txn(current, 2));
            default -> new Command.Write(put());
        };
    }
}
