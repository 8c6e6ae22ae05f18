package org.pdtoolkit.tests.process;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.wire.pdpb.GetMembersRequest;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.PDGrpc;

/** Plain gRPC connections to the members, and who leads. Thread: any. */
public final class PdEndpoints implements AutoCloseable {
    private static final int CALL_MILLIS = 500;

    private final List<String> urls;
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

    public PdEndpoints(List<String> urls) {
        this.urls = List.copyOf(urls);
    }

    public List<String> urls() {
        return urls;
    }

    /** The channel to a client URL, made at first use; dials quickly again after a failure. */
    public ManagedChannel channel(String url) {
        return channels.computeIfAbsent(
                url,
                u ->
                        NettyChannelBuilder.forTarget(u.substring(u.indexOf("//") + 2))
                                .usePlaintext()
                                .directExecutor()
                                .build());
    }

    public Optional<GetMembersResponse> members(String url) {
        ManagedChannel channel = channel(url);
        try {
            return Optional.of(
                    PDGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                            .getMembers(GetMembersRequest.getDefaultInstance()));
        } catch (StatusRuntimeException e) {
            channel.resetConnectBackoff();
            return Optional.empty();
        }
    }

    /** Client URL of the leader, by the first member that knows one. */
    public Optional<String> leaderUrl() {
        for (String url : urls) {
            GetMembersResponse members = members(url).orElse(null);
            if (members != null
                    && members.hasLeader()
                    && members.getLeader().getClientUrlsCount() > 0) {
                return Optional.of(members.getLeader().getClientUrls(0));
            }
        }
        return Optional.empty();
    }

    public long clusterId() {
        for (String url : urls) {
            long id = members(url).map(m -> m.getHeader().getClusterId()).orElse(0L);
            if (id != 0) {
                return id;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
