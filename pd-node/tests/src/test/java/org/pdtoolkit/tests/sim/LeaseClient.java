package org.pdtoolkit.tests.sim;

import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;

/**
 * Holds a key by a lease: as long as its renewals are answered in time, the key must be there.
 *
 * <p>A renewal is good for the lease's time from when it was sent, by the slowest clock.
 */
final class LeaseClient extends Client {
    private static final double CLOCK_MARGIN = 0.97;

    private final int number;

    /** Another one for each lease: an earlier write may still be under way. */
    private Bytes key;

    private long lease;
    private boolean attached;
    private long goodUntil;

    LeaseClient(World world, List<Node> nodes, int number) {
        super(world, nodes, 300 * World.MILLI);
        this.number = number;
    }

    @Override
    protected void next(Node target) {
        if (lease == 0) {
            grant(target);
        } else if (!attached) {
            attach(target);
        } else if (world.chance(0.5)) {
            look(target);
        } else if (world.chance(0.03)) {
            forget();
            again();
        } else {
            renew(target);
        }
    }

    private void forget() {
        lease = 0;
        attached = false;
    }

    private void grant(Node target) {
        this.<ReplicatedKv.Lease>call(
                target,
                () -> target.kv().leaseGrant(0, world.between(1, 5)),
                (granted, failure) -> {
                    if (failure == null) {
                        lease = granted.id();
                        key = Bytes.utf8("leased" + number + '/' + lease);
                        goodUntil = 0;
                    }
                    again();
                });
    }

    private void attach(Node target) {
        // What arrives late must be what was sent: by then there may be another lease and key.
        Op.Put put = Op.Put.of(key, Bytes.ofLong(lease), lease);
        this.<OpResult.Put>call(
                target,
                () -> target.kv().put(put),
                (result, failure) -> {
                    if (failure == null) {
                        attached = true;
                    } else {
                        forget();
                    }
                    again();
                });
    }

    private void renew(Node target) {
        long start = world.now();
        long id = lease;
        this.<ReplicatedKv.Lease>call(
                target,
                () -> target.kv().leaseKeepAlive(id),
                (renewed, failure) -> {
                    if (failure == null && renewed.ttl() > 0) {
                        world.count("op.renewals");
                        long good = (long) (renewed.ttl() * World.SECOND * CLOCK_MARGIN);
                        goodUntil = Math.max(goodUntil, start + good);
                    } else if (failure == null) {
                        world.check(world.now() > goodUntil, "lease gone before its time");
                        forget();
                    }
                    again();
                });
    }

    private void look(Node target) {
        Op.Range range = Op.Range.of(key);
        this.<OpResult.Range>call(
                target,
                () -> target.kv().range(range),
                (result, failure) -> {
                    if (failure == null) {
                        boolean there = result.first() != null && result.first().lease() == lease;
                        world.check(
                                there || world.now() > goodUntil,
                                "the key of a renewed lease is gone");
                        if (!there) {
                            forget();
                        }
                    }
                    again();
                });
    }
}
