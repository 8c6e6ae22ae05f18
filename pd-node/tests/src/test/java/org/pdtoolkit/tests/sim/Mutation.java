package org.pdtoolkit.tests.sim;

import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.storage.Storage;

/** A bug planted at the seams of a member, to see whether the simulation notices. */
interface Mutation {
    Mutation NONE = new Mutation() {};

    /** The storage as the member gets it. */
    default Storage storage(Storage real) {
        return real;
    }

    /** The store as clients get it. */
    default ReplicatedKv clients(ReplicatedKv real) {
        return real;
    }

    /** The store as the placement layer gets it. */
    default ReplicatedKv placement(ReplicatedKv real) {
        return real;
    }

    /** The group as the placement layer sees it. */
    default Consensus placement(Consensus real) {
        return real;
    }
}
