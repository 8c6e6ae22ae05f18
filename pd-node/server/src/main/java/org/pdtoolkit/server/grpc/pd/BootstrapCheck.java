package org.pdtoolkit.server.grpc.pd;

import java.util.Optional;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.metapb.Peer;
import org.pdtoolkit.wire.metapb.Region;
import org.pdtoolkit.wire.pdpb.BootstrapRequest;
import org.pdtoolkit.wire.pdpb.ResponseHeader;

/** The checks of a bootstrap request, in the original's order. */
final class BootstrapCheck {
    private BootstrapCheck() {}

    /** Header with the first problem found. */
    static Optional<ResponseHeader> problem(long clusterId, BootstrapRequest request) {
        String cluster = Long.toUnsignedString(clusterId);
        if (!request.hasStore()) {
            return refuse(clusterId, ErrorCatalogue.BOOTSTRAP_STORE_MISSING, cluster);
        }
        if (request.getStore().getId() == 0) {
            return refuse(clusterId, ErrorCatalogue.BOOTSTRAP_STORE_ID_ZERO);
        }
        if (!request.hasRegion()) {
            return refuse(clusterId, ErrorCatalogue.BOOTSTRAP_REGION_MISSING, cluster);
        }
        Region region = request.getRegion();
        if (!region.getStartKey().isEmpty() || !region.getEndKey().isEmpty()) {
            return refuse(clusterId, ErrorCatalogue.BOOTSTRAP_KEY_RANGE, cluster);
        }
        if (region.getId() == 0) {
            return refuse(clusterId, ErrorCatalogue.BOOTSTRAP_REGION_ID_ZERO);
        }
        if (region.getPeersCount() != 1) {
            return refuse(
                    clusterId,
                    ErrorCatalogue.BOOTSTRAP_PEER_COUNT,
                    region.getPeersCount(),
                    cluster);
        }
        Peer peer = region.getPeers(0);
        if (peer.getStoreId() != request.getStore().getId()) {
            return refuse(
                    clusterId,
                    ErrorCatalogue.BOOTSTRAP_PEER_STORE,
                    Long.toUnsignedString(peer.getStoreId()),
                    Long.toUnsignedString(request.getStore().getId()),
                    cluster);
        }
        return peer.getId() == 0
                ? refuse(clusterId, ErrorCatalogue.BOOTSTRAP_PEER_ID_ZERO)
                : Optional.empty();
    }

    private static Optional<ResponseHeader> refuse(
            long clusterId, ErrorCatalogue row, Object... arguments) {
        return Optional.of(Headers.failure(clusterId, row, row.text(arguments)));
    }
}
