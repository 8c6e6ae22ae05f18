package org.pdtoolkit.tests.sim;

import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.Owner;
import org.pdtoolkit.placement.PlacementConfig;
import org.pdtoolkit.placement.TimeSource;
import org.pdtoolkit.placement.driver.PlacementDriver;
import org.pdtoolkit.storage.Storage;

/** A bug planted at the seams of a member, to see whether the simulation notices. */
interface Mutation {
    Mutation NONE = new Mutation() {};

    /** The storage as the member gets it. */
    default Storage storage(Storage real) {
        return real;
    }

    /** The placement layer on top of the member. */
    default PlacementDriver placement(
            PlacementConfig config,
            ReplicatedKv kv,
            Consensus consensus,
            TimeSource time,
            Owner owner) {
        return new PlacementDriver(config, kv, consensus, time, owner, event -> {});
    }
}
