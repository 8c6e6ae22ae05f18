package org.pdtoolkit.server.grpc.pd;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.Set;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.grpc.MemberChannels;
import org.pdtoolkit.server.port.ForwardedCall;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Passes calls on to the leader that the client names in {@code pd-forwarded-host}.
 *
 * <p>Clients that cannot reach the leader ask a follower so. The value has to be one of the client
 * URLs of the leader as this node knows it, whatever the scheme; naming the leader to the leader
 * itself is common and means nothing. The key is blanked on the way, so that a call travels once.
 *
 * <p>Thread: network loops; never blocks. Source: wire page of PD's gRPC surface, 2.5.
 */
final class Forwarding implements ServerInterceptor {
    static final Metadata.Key<String> HOST =
            Metadata.Key.of("pd-forwarded-host", Metadata.ASCII_STRING_MARSHALLER);

    /** Calls that every node answers itself, whatever the metadata say. */
    private static final Set<String> ANSWERED_HERE =
            Set.of(
                    "GetMembers",
                    "GetClusterInfo",
                    "IsSnapshotRecovering",
                    "QueryRegion",
                    "SyncRegions",
                    "StoreGlobalConfig",
                    "LoadGlobalConfig",
                    "WatchGlobalConfig",
                    "WatchGCSafePointV2",
                    "SyncMaxTS",
                    "GetDCLocationInfo");

    private final Placement placement;
    private final long memberId;
    private final MemberChannels channels;

    Forwarding(Placement placement, long memberId, MemberChannels channels) {
        this.placement = placement;
        this.memberId = memberId;
        this.channels = channels;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String host = headers.get(HOST);
        if (host == null
                || host.isEmpty()
                || ANSWERED_HERE.contains(call.getMethodDescriptor().getBareMethodName())) {
            return next.startCall(call, headers);
        }
        Optional<Member> leader =
                placement.leader().filter(member -> !member.clientUrls().isEmpty());
        if (leader.isEmpty()) {
            return refuse(call, ErrorCatalogue.NOT_LEADER.status());
        }
        Optional<String> url =
                leader.get().clientUrls().stream()
                        .filter(candidate -> withoutScheme(candidate).equals(withoutScheme(host)))
                        .filter(candidate -> hasScheme(candidate) && hasScheme(host))
                        .findFirst();
        if (url.isEmpty()) {
            return refuse(call, ErrorCatalogue.FORWARD_HOST_NOT_LEADER.status(quoted(host)));
        }
        if (leader.get().id() == memberId) {
            return next.startCall(call, headers);
        }
        return forward(call, url.get());
    }

    private <Q, A> ServerCall.Listener<Q> forward(ServerCall<Q, A> call, String url) {
        CallOptions options = CallOptions.DEFAULT;
        Deadline deadline = Context.current().getDeadline();
        if (deadline != null) {
            options = options.withDeadline(deadline);
        }
        ClientCall<Q, A> onward;
        try {
            onward = channels.to(url).newCall(call.getMethodDescriptor(), options);
        } catch (IllegalArgumentException unusable) {
            return refuse(call, ErrorCatalogue.NOT_LEADER.status());
        }
        Metadata metadata = new Metadata();
        metadata.put(HOST, "");
        return ForwardedCall.start(call, onward, metadata);
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static boolean hasScheme(String url) {
        return url.startsWith("http://") || url.startsWith("https://");
    }

    private static String withoutScheme(String url) {
        return hasScheme(url) ? url.substring(url.indexOf("://") + "://".length()) : url;
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
