package org.pdtoolkit.kv;

import java.util.List;
import org.pdtoolkit.bytes.Bytes;

/** An operation, alone or inside a transaction. Field by field etcd's requests of the same name. */
public sealed interface Op {

    enum SortTarget {
        KEY,
        VERSION,
        CREATE,
        MOD,
        VALUE
    }

    enum SortOrder {
        NONE,
        ASCEND,
        DESCEND
    }

    /**
     * Reads keys.
     *
     * @param revision 0 or less for the newest (inside a transaction less than 0 is compacted)
     * @param limit 0 or less for all
     * @param minMod inclusive, 0 for no filter; so are the other three
     * @param serializable may be answered from local state, without a quorum
     */
    record Range(
            KeyRange range,
            long revision,
            long limit,
            SortTarget sortTarget,
            SortOrder sortOrder,
            boolean keysOnly,
            boolean countOnly,
            long minMod,
            long maxMod,
            long minCreate,
            long maxCreate,
            boolean serializable)
            implements Op {

        /** Everything in {@code range}, newest revision, key order, linearizable. */
        public static Range of(KeyRange range) {
            return new Range(
                    range, 0, 0, SortTarget.KEY, SortOrder.NONE, false, false, 0, 0, 0, 0, false);
        }

        public static Range of(Bytes key) {
            return of(KeyRange.single(key));
        }

        public Range asSerializable() {
            return new Range(
                    range,
                    revision,
                    limit,
                    sortTarget,
                    sortOrder,
                    keysOnly,
                    countOnly,
                    minMod,
                    maxMod,
                    minCreate,
                    maxCreate,
                    true);
        }
    }

    /**
     * Writes one key.
     *
     * @param lease lease to hang it on, 0 for none
     * @param ignoreValue keep the old value
     * @param ignoreLease keep the old lease
     */
    record Put(
            Bytes key,
            Bytes value,
            long lease,
            boolean previous,
            boolean ignoreValue,
            boolean ignoreLease)
            implements Op {

        public static Put of(Bytes key, Bytes value) {
            return of(key, value, 0);
        }

        public static Put of(Bytes key, Bytes value, long lease) {
            return new Put(key, value, lease, false, false, false);
        }
    }

    /** Deletes keys. */
    record Delete(KeyRange range, boolean previous) implements Op {
        public static Delete of(Bytes key) {
            return new Delete(KeyRange.single(key), false);
        }
    }

    /** All compares first, then one branch, in order, as one revision. */
    record Txn(List<Compare> compares, List<Op> success, List<Op> failure) implements Op {
        public Txn {
            compares = List.copyOf(compares);
            success = List.copyOf(success);
            failure = List.copyOf(failure);
        }

        /** If every compare holds, then {@code success}; else nothing. */
        public static Txn when(List<Compare> compares, List<Op> success) {
            return new Txn(compares, success, List.of());
        }
    }
}
