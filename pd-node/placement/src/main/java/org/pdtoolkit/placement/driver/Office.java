package org.pdtoolkit.placement.driver;

import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.placement.election.Fence;
import org.pdtoolkit.placement.election.Term;
import org.pdtoolkit.placement.tso.TimestampOracle;

/**
 * What answers clients during one term of office: immutable, published when this member is promoted
 * and taken back first when it steps down.
 *
 * <p>Thread: any.
 */
record Office(Term term, TimestampOracle oracle, Fence fence) {

    boolean serving() {
        return fence.holds(term);
    }

    /** Allocates and only then makes sure that this term could still give it out (design D5). */
    long allocate(long count) {
        if (!fence.holds(term)) {
            throw new PlacementException(PlacementError.NOT_LEADER, "outside the leader's fence");
        }
        long timestamp = oracle.allocate(count);
        if (!fence.holds(term)) {
            throw new PlacementException(
                    PlacementError.NOT_LEADER_ANYMORE, "the leader's fence ran out meanwhile");
        }
        return timestamp;
    }
}
