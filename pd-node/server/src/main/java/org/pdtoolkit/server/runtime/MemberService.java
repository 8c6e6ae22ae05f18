package org.pdtoolkit.server.runtime;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges;
import org.pdtoolkit.raft.ChangeType;
import org.pdtoolkit.server.transport.PeerNetwork;

/**
 * Changes of the members: checks what this member can see of the cluster's health, then proposes.
 * What holds for the list itself is decided when the entry is applied, see {@link Roster}.
 */
final class MemberService implements MemberChanges {
    /** A connection that has lasted so long counts as healthy (etcd). */
    private static final long HEALTHY_MILLIS = 5_000;

    private static final Set<String> SCHEMES = Set.of("http", "https", "unix", "unixs");

    private final NodeContext context;
    private final ReconfigurationRules rules;
    private final long self;
    private final Membership membership;
    private final GroupState state;
    private final PeerNetwork network;
    private final KvService kv;
    private final ConsensusLoop consensus;

    MemberService(
            NodeContext context,
            ReconfigurationRules rules,
            GroupView view,
            Membership membership,
            GroupState state,
            PeerNetwork network,
            KvService kv,
            ConsensusLoop consensus) {
        this.context = context;
        this.rules = rules;
        this.self = view.memberId();
        this.membership = membership;
        this.state = state;
        this.network = network;
        this.kv = kv;
        this.consensus = consensus;
    }

    @Override
    public CompletableFuture<List<Member>> list(boolean linearizable) {
        return linearizable
                ? kv.barrier().thenApply(done -> membership.members())
                : CompletableFuture.completedFuture(membership.members());
    }

    @Override
    public CompletableFuture<Changed> add(List<String> peerUrls, boolean learner) {
        KvError refusal = valid(peerUrls) ? mayAdd(learner) : KvError.MEMBER_URLS_INVALID;
        if (refusal != null) {
            return refused(refusal);
        }
        long seconds = TimeUnit.MILLISECONDS.toSeconds(context.environment().wallMillis());
        long id = ClusterIdentity.memberId(peerUrls, Long.toString(seconds));
        Member member = new Member(id, "", peerUrls.stream().sorted().toList(), List.of(), learner);
        ChangeType type = learner ? ChangeType.ADD_LEARNER_NODE : ChangeType.ADD_NODE;
        return change(type, id, member);
    }

    @Override
    public CompletableFuture<Changed> remove(long id) {
        KvError refusal = mayRemove(id);
        if (refusal != null) {
            return refused(refusal);
        }
        Member before = membership.find(id);
        return change(ChangeType.REMOVE_NODE, id, null)
                .thenApply(changed -> new Changed(before, changed.members()));
    }

    @Override
    public CompletableFuture<Changed> update(long id, List<String> peerUrls) {
        if (!valid(peerUrls)) {
            return refused(KvError.MEMBER_URLS_INVALID);
        }
        Member member = new Member(id, "", peerUrls.stream().sorted().toList(), List.of(), false);
        return change(ChangeType.UPDATE_NODE, id, member);
    }

    @Override
    public CompletableFuture<Changed> promote(long id) {
        long patience = TimeUnit.MILLISECONDS.toNanos(context.options().requestTimeoutMillis());
        return promote(id, context.now() + patience);
    }

    /** Asks whoever leads; again when that has changed meanwhile, until the deadline. */
    private CompletableFuture<Changed> promote(long id, long deadlineNanos) {
        return promoteHere(id)
                .exceptionallyCompose(failure -> promoteThere(id, failure))
                .exceptionallyCompose(failure -> promoteAgain(id, deadlineNanos, failure));
    }

    /** At the leader, if that is another member. */
    private CompletableFuture<Changed> promoteThere(long id, Throwable failure) {
        long leader = state.office().leader();
        if (!isNotLeader(failure) || leader == 0 || leader == self) {
            return CompletableFuture.failedFuture(KvException.unwrapped(failure));
        }
        // Its answer tells that the change is committed; behind a barrier it is applied here too.
        return network.promote(leader, id)
                .thenCompose(done -> kv.barrier())
                .thenApply(done -> new Changed(membership.find(id), membership.members()));
    }

    private CompletableFuture<Changed> promoteAgain(
            long id, long deadlineNanos, Throwable failure) {
        if (!isNotLeader(failure) || context.now() - deadlineNanos >= 0) {
            return CompletableFuture.failedFuture(KvException.unwrapped(failure));
        }
        // The barrier waits for a leader.
        return kv.barrier()
                .exceptionallyCompose(
                        none ->
                                state.office().leader() == 0
                                        ? refused(KvError.NO_LEADER)
                                        : CompletableFuture.failedFuture(none))
                .thenCompose(done -> promote(id, deadlineNanos));
    }

    private static boolean isNotLeader(Throwable failure) {
        return KvException.unwrapped(failure) instanceof KvException refused
                && refused.error() == KvError.NOT_LEADER;
    }

    /** Promotes if this member leads, which alone knows how far the learner is. */
    CompletableFuture<Changed> promoteHere(long id) {
        return consensus
                .caughtUp(id)
                .thenCompose(
                        ready ->
                                mayPromote()
                                        ? change(ChangeType.ADD_NODE, id, null)
                                        : refused(KvError.NOT_ENOUGH_STARTED));
    }

    private CompletableFuture<Changed> change(ChangeType type, long id, Member member) {
        return kv.change(type, id, member, rules.learnersMax())
                .thenApply(done -> new Changed(membership.find(id), membership.members()));
    }

    // ---- what the cluster's health allows (etcd: strict reconfiguration check)

    private KvError mayAdd(boolean learner) {
        if (!rules.strict()) {
            return null;
        }
        List<Member> voters = voters();
        long started = started(voters);
        boolean first = voters.size() == 1 && started == 1;
        if (!learner && !first && started < quorum(voters.size() + 1)) {
            return KvError.NOT_ENOUGH_STARTED;
        }
        boolean healthy = voters.size() == 1 || healthy(voters) >= quorum(voters.size() + 1);
        return healthy ? null : KvError.UNHEALTHY;
    }

    private KvError mayRemove(long id) {
        Member member = membership.find(id);
        if (!rules.strict() || (member != null && member.learner())) {
            return null;
        }
        List<Member> voters = voters();
        List<Member> left = voters.stream().filter(m -> m.id() != id).toList();
        if (started(left) < quorum(left.size())) {
            return KvError.NOT_ENOUGH_STARTED;
        }
        if (id != self && network.connectedMillis(id) < 0) {
            return null;
        }
        return healthy(voters) - 1 < quorum(voters.size() - 1) ? KvError.UNHEALTHY : null;
    }

    private boolean mayPromote() {
        List<Member> voters = voters();
        return !rules.strict() || started(voters) + 1 >= quorum(voters.size() + 1);
    }

    private List<Member> voters() {
        return membership.members().stream().filter(m -> !m.learner()).toList();
    }

    private static long started(List<Member> members) {
        return members.stream().filter(m -> !m.name().isEmpty()).count();
    }

    private long healthy(List<Member> members) {
        return members.stream()
                .filter(m -> m.id() == self || network.connectedMillis(m.id()) >= HEALTHY_MILLIS)
                .count();
    }

    private static int quorum(int size) {
        return size / 2 + 1;
    }

    /** Scheme, host and port, no path, as etcd reads peer URLs; and not without bounds. */
    private static boolean valid(List<String> urls) {
        return !urls.isEmpty()
                && urls.size() <= Member.URLS_MAX
                && urls.stream().allMatch(MemberService::valid);
    }

    private static boolean valid(String text) {
        if (text.length() > Member.URL_LENGTH_MAX) {
            return false;
        }
        try {
            URI url = new URI(text);
            String path = url.getRawPath();
            return url.getScheme() != null
                    && SCHEMES.contains(url.getScheme())
                    && url.getHost() != null
                    && url.getPort() > 0
                    && (path == null || path.isEmpty());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static <T> CompletableFuture<T> refused(KvError error) {
        return CompletableFuture.failedFuture(new KvException(error));
    }
}
