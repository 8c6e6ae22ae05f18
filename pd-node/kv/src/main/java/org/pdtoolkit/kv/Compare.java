package org.pdtoolkit.kv;

import org.pdtoolkit.bytes.Bytes;

/**
 * One condition of a transaction. A missing key counts as version, create, mod and lease 0; a VALUE
 * comparison on a missing key is false. Over a range it must hold for every key in it.
 *
 * @param number the right-hand side unless the target is VALUE
 * @param value the right-hand side if the target is VALUE
 */
public record Compare(KeyRange range, Target target, Relation relation, long number, Bytes value) {
    public enum Target {
        VERSION,
        CREATE,
        MOD,
        VALUE,
        LEASE
    }

    public enum Relation {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }

    public static Compare absent(Bytes key) {
        return createRevision(key, 0);
    }

    public static Compare createRevision(Bytes key, long revision) {
        return new Compare(
                KeyRange.single(key), Target.CREATE, Relation.EQUAL, revision, Bytes.EMPTY);
    }

    public static Compare modRevision(Bytes key, long revision) {
        return new Compare(KeyRange.single(key), Target.MOD, Relation.EQUAL, revision, Bytes.EMPTY);
    }

    public static Compare valueEquals(Bytes key, Bytes value) {
        return new Compare(KeyRange.single(key), Target.VALUE, Relation.EQUAL, 0, value);
    }
}
