package org.pdtoolkit.server.grpc.etcd;

import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;

/** Response headers: cluster, answering member, Raft term and, where it belongs, a revision. */
final class Headers {
    private final long clusterId;
    private final Consensus consensus;

    Headers(long clusterId, Consensus consensus) {
        this.clusterId = clusterId;
        this.consensus = consensus;
    }

    /** With the store revision that the answer saw or made. */
    ResponseHeader at(long revision) {
        return filled().setRevision(revision).build();
    }

    /** Of an answer that does not speak of the store. */
    ResponseHeader withoutRevision() {
        return filled().build();
    }

    /** Of an answer inside a transaction: the revision alone. */
    static ResponseHeader inner(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    private ResponseHeader.Builder filled() {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(consensus.memberId())
                .setRaftTerm(consensus.term());
    }
}
