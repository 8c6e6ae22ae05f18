package org.pdtoolkit.placement.election;

import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;

/**
 * Whom leadership may be handed to.
 *
 * <p>Thread: any; reads only.
 */
public final class Successors {
    private final Consensus consensus;

    public Successors(Consensus consensus) {
        this.consensus = consensus;
    }

    /** Whether a member can lead: a voter that has started and answers. */
    public boolean electable(Member member) {
        return !member.learner()
                && !member.name().isEmpty()
                && consensus.recentlyActive(member.id());
    }

    /** The member to hand over to when anyone will do: the next that can by id, or null. */
    public Member next() {
        long self = consensus.memberId();
        Member first = null;
        for (Member member : consensus.members()) {
            if (member.id() == self || !electable(member)) {
                continue;
            }
            if (Long.compareUnsigned(member.id(), self) > 0) {
                return member;
            }
            if (first == null) {
                first = member;
            }
        }
        return first;
    }
}
