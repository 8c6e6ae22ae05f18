package org.pdtoolkit.raft;

import java.util.List;
import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.Vote;

/**
 * Campaigning, answering candidates, and being one (§5.2, §5.4.1; pre-vote: thesis 9.6).
 *
 * <pre>
 * timeout --> guards --> ask for pre-votes --> raise the term, ask for votes --> leader
 *                              |                             |
 *                       quorum refuses                quorum refuses
 *                              +---> follower, same term <---+
 * </pre>
 *
 * Without pre-vote, and when the leader hands over, the first step is left out. All messages of a
 * higher or lower term have met the rules of {@link Raft#step} before they come here.
 */
final class Elections {
    /** Why a node campaigns. */
    private enum Campaign {
        /** Asks first whether it could win, without raising the term. */
        PRE_ELECTION,
        ELECTION,
        /** The leader asked for it; passes leases and needs no pre-vote. */
        TRANSFER
    }

    private final Raft raft;

    Elections(Raft raft) {
        this.raft = raft;
    }

    /** Election timeout, or an explicit request. */
    void campaignOnTimeout() {
        campaignIfAllowed(raft.config().preVote() ? Campaign.PRE_ELECTION : Campaign.ELECTION);
    }

    /** The leader hands over to this node. */
    void campaignForTransfer() {
        campaignIfAllowed(Campaign.TRANSFER);
    }

    private void campaignIfAllowed(Campaign kind) {
        if (raft.role() == Role.LEADER) {
            raft.note(
                    RaftEvent.Level.DEBUG, "%x ignoring MsgHup because already leader", raft.id());
        } else if (!raft.isPromotable()) {
            raft.emit(
                    new RaftEvent.CampaignRefused(
                            raft.id(), "is unpromotable and can not campaign"));
        } else if (hasUnappliedConfChange()) {
            // It might win in a configuration that is already history.
            raft.emit(
                    new RaftEvent.CampaignRefused(
                            raft.id(),
                            "cannot campaign at term "
                                    + raft.term()
                                    + " since there are still pending configuration changes to"
                                    + " apply"));
        } else {
            raft.emit(new RaftEvent.CampaignStarted(raft.id(), raft.term()));
            campaign(kind);
        }
    }

    private boolean hasUnappliedConfChange() {
        RaftLog log = raft.log();
        long next = log.applied() + 1;
        while (next <= log.committed()) {
            List<Entry> page = log.slice(next, log.committed() + 1, log.applyingBytesMax());
            if (page == null) {
                // Compacted means applied, although it was not reported yet.
                next = Math.max(next + 1, log.firstIndex());
                continue;
            }
            for (int i = 0; i < page.size(); i++) {
                if (page.get(i).type() != EntryType.NORMAL) {
                    return true;
                }
            }
            next += page.size();
        }
        return false;
    }

    private void campaign(Campaign kind) {
        MessageType request;
        long requestTerm;
        if (kind == Campaign.PRE_ELECTION) {
            raft.becomePreCandidate();
            request = MessageType.PRE_VOTE;
            requestTerm = raft.term() + 1;
        } else {
            raft.becomeCandidate();
            request = MessageType.VOTE;
            requestTerm = raft.term();
        }
        long lastIndex = raft.log().lastIndex();
        long lastTerm = raft.log().lastTerm();
        IdSet voters = raft.tracker().configuration().voters().all();
        for (int i = 0; i < voters.size(); i++) {
            long to = voters.get(i);
            if (to == raft.id()) {
                // The own vote takes the long way, too: it counts once it is durable.
                raft.sendVote(Message.builder(answerTo(request)).to(to).term(requestTerm));
                continue;
            }
            raft.emit(
                    new RaftEvent.VoteRequested(
                            raft.id(), lastTerm, lastIndex, request, to, raft.term()));
            Message.Builder message =
                    Message.builder(request)
                            .to(to)
                            .term(requestTerm)
                            .index(lastIndex)
                            .logTerm(lastTerm);
            if (kind == Campaign.TRANSFER) {
                message.context(Message.transferMark());
            }
            raft.sendVote(message);
        }
    }

    private static MessageType answerTo(MessageType request) {
        return request == MessageType.VOTE ? MessageType.VOTE_RESP : MessageType.PRE_VOTE_RESP;
    }

    /** Answers a candidate of the own or, for a pre-vote, of a later term. */
    void answer(Message request) {
        boolean preVote = request.type() == MessageType.PRE_VOTE;
        boolean canVote =
                raft.vote() == request.from()
                        || (raft.vote() == Raft.NONE && raft.leader() == Raft.NONE)
                        || (preVote && request.term() > raft.term());
        // A learner answers as well: the candidate may know that it has been promoted.
        if (!canVote || !raft.log().isUpToDate(request.logTerm(), request.index())) {
            reject(request);
            return;
        }
        raft.emit(new RaftEvent.VoteCast(ballot(), RaftEvent.Candidate.of(request), raft.term()));
        raft.sendVote(
                Message.builder(answerTo(request.type())).to(request.from()).term(request.term()));
        if (!preVote) {
            raft.grantVote(request.from());
        }
    }

    void reject(Message request) {
        raft.emit(
                new RaftEvent.VoteRejected(ballot(), RaftEvent.Candidate.of(request), raft.term()));
        Message.Builder answer =
                Message.builder(answerTo(request.type()))
                        .to(request.from())
                        .term(raft.term())
                        .reject(true);
        if (raft.config().commitByVote()) {
            long committed = raft.log().committed();
            answer.commit(committed).logTerm(raft.log().term(committed));
        }
        raft.sendVote(answer);
    }

    void ignoreInLease(Message request) {
        raft.emit(
                new RaftEvent.VoteIgnored(
                        ballot(),
                        RaftEvent.Candidate.of(request),
                        raft.term(),
                        raft.config().electionTicks() - raft.electionElapsed()));
    }

    private RaftEvent.Ballot ballot() {
        return new RaftEvent.Ballot(
                raft.id(), raft.log().lastTerm(), raft.log().lastIndex(), raft.vote());
    }

    /** Messages at a candidate or pre-candidate. */
    void stepCandidate(Message message) {
        MessageType awaited =
                raft.role() == Role.PRE_CANDIDATE
                        ? MessageType.PRE_VOTE_RESP
                        : MessageType.VOTE_RESP;
        switch (message.type()) {
            case PROP -> {
                raft.followerRole().dropProposalWithoutLeader();
                throw new RaftException(RaftException.Kind.PROPOSAL_DROPPED);
            }
            case APP, HEARTBEAT, SNAP -> {
                // The election of this term is over.
                raft.becomeFollower(raft.term(), message.from());
                raft.followerRole().step(message);
            }
            case VOTE_RESP, PRE_VOTE_RESP -> {
                // A late answer to the pre-vote says nothing about the vote.
                if (message.type() == awaited) {
                    count(message);
                    learnCommit(message);
                }
            }
            case TIMEOUT_NOW ->
                    raft.note(
                            RaftEvent.Level.DEBUG,
                            "%x [term %d, %s] ignored MsgTimeoutNow from %x",
                            raft.id(),
                            raft.term(),
                            raft.role(),
                            message.from());
            default -> {
                // Requests of clients are lost while there is no leader; they retry.
            }
        }
    }

    /**
     * The same entry is committed here too. With it the group may be another one, in which this
     * candidate has to ask others, if it may ask at all: it begins anew when it has applied it.
     */
    private void learnCommit(Message answer) {
        if (raft.config().commitByVote()
                && answer.reject()
                && answer.commit() <= raft.log().lastIndex()
                && raft.log().maybeCommit(answer.logTerm(), answer.commit())) {
            raft.note(
                    RaftEvent.Level.DEBUG,
                    "%x [term %d] learns from %x that %d is committed",
                    raft.id(),
                    raft.term(),
                    answer.from(),
                    answer.commit());
            raft.becomeFollower(raft.term(), Raft.NONE);
        }
    }

    private void count(Message answer) {
        boolean granted = !answer.reject();
        raft.emit(
                new RaftEvent.VoteReceived(
                        raft.id(), answer.type(), granted, answer.from(), raft.term()));
        raft.tracker().recordVote(answer.from(), granted);
        raft.emit(
                new RaftEvent.VotesCounted(
                        raft.id(),
                        answer.type(),
                        raft.tracker().countVotes(Vote.GRANTED),
                        raft.tracker().countVotes(Vote.REJECTED)));
        switch (raft.tracker().voteResult()) {
            case WON -> {
                if (raft.role() == Role.PRE_CANDIDATE) {
                    campaign(Campaign.ELECTION);
                } else {
                    raft.becomeLeader();
                    raft.leaderRole().broadcastAppend();
                }
            }
            // The answer to a lost pre-vote may carry a term nobody has entered: keep the own one.
            case LOST -> raft.becomeFollower(raft.term(), Raft.NONE);
            case PENDING -> {
                // More answers will come, or the timeout.
            }
        }
    }
}
