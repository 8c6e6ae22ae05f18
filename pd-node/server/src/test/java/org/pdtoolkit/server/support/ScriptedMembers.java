package org.pdtoolkit.server.support;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges;

/** Removes members as a test says; knows no other change. */
public final class ScriptedMembers implements MemberChanges {
    private final LongPredicate removal;

    /**
     * @param removal removes a member by its id; false when there is none
     */
    public ScriptedMembers(LongPredicate removal) {
        this.removal = removal;
    }

    @Override
    public CompletableFuture<Changed> remove(long id) {
        return removal.test(id)
                ? CompletableFuture.completedFuture(new Changed(null, List.of()))
                : CompletableFuture.failedFuture(new KvException(KvError.MEMBER_NOT_FOUND));
    }

    @Override
    public CompletableFuture<List<Member>> list(boolean linearizable) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Changed> add(List<String> peerUrls, boolean learner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Changed> update(long id, List<String> peerUrls) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Changed> promote(long id) {
        throw new UnsupportedOperationException();
    }
}
