package org.pdtoolkit.server.grpc.etcd;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;

/**
 * The keys of an election or a lock: {@code name/lease}, a key for everybody who wants it. Whose
 * key was created first has it.
 *
 * <p>The same layout as that of etcd's client library, so that both kinds of users meet.
 */
final class QueueKeys {
    private final Bytes prefix;

    QueueKeys(Bytes name) {
        prefix = join(name, "/");
    }

    /** The key of the one with this lease. */
    Bytes own(long lease) {
        return join(prefix, Long.toString(lease, 16));
    }

    KeyRange all() {
        return KeyRange.prefix(prefix);
    }

    /** Finds who has it. */
    Op.Range first() {
        return oneByCreation(Op.SortOrder.ASCEND, 0);
    }

    /**
     * Finds the last one who came at this revision or earlier.
     *
     * @param createRevisionMax from 1
     */
    Op.Range lastUpTo(long createRevisionMax) {
        return oneByCreation(Op.SortOrder.DESCEND, createRevisionMax);
    }

    /** Puts an own key unless there is one; reads that one then. */
    static Op.Txn enter(Bytes own, Bytes value, long lease) {
        return new Op.Txn(
                List.of(Compare.absent(own)),
                List.of(Op.Put.of(own, value, lease)),
                List.of(Op.Range.of(own)));
    }

    /** Gives an own key another value, if it still is the one of that revision. */
    static Op.Txn proclaim(Bytes own, long createRevision, Bytes value, long lease) {
        return Op.Txn.when(
                List.of(Compare.createRevision(own, createRevision)),
                List.of(Op.Put.of(own, value, lease)));
    }

    /** Deletes an own key, if it still is the one of that revision. */
    static Op.Txn leave(Bytes own, long createRevision) {
        return Op.Txn.when(
                List.of(Compare.createRevision(own, createRevision)), List.of(Op.Delete.of(own)));
    }

    private Op.Range oneByCreation(Op.SortOrder order, long createRevisionMax) {
        return new Op.Range(
                all(),
                0,
                1,
                Op.SortTarget.CREATE,
                order,
                false,
                false,
                0,
                0,
                0,
                createRevisionMax,
                false);
    }

    private static Bytes join(Bytes first, String second) {
        byte[] tail = second.getBytes(StandardCharsets.UTF_8);
        byte[] joined = new byte[first.size() + tail.length];
        first.asByteBuffer().get(joined, 0, first.size());
        System.arraycopy(tail, 0, joined, first.size(), tail.length);
        return Bytes.wrap(joined);
    }
}
