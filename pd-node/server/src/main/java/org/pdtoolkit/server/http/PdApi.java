package org.pdtoolkit.server.http;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntSupplier;
import org.pdtoolkit.kv.MemberChanges;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.port.NodeInfo;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * PD's REST calls, under {@code /pd}: some paths, and requests that ask for it, are answered here;
 * all others by the PD leader, which a follower asks before it even looks whether it knows the
 * path.
 *
 * <p>Thread: any; never blocks.
 */
public final class PdApi {
    static final String V1 = "/pd/api/v1";
    static final String ALLOW_FOLLOWER = "PD-Allow-follower-handle";

    private static final String V2 = "/pd/api/v2";
    private static final List<String> LOCAL_PREFIXES =
            List.of(
                    V1 + "/admin/log",
                    V1 + "/status",
                    V1 + "/health",
                    V1 + "/ping",
                    V1 + "/version",
                    V1 + "/debug/pprof");

    private final Placement placement;
    private final LeaderProxy proxy;
    private final Router pages = new Router();

    /**
     * @param changes removes members
     * @param maxReplicas replication.max-replicas
     * @param timer for waits; its tasks are short
     * @param tls files of this node, with which it asks other members
     */
    public PdApi(
            Placement placement,
            MemberChanges changes,
            NodeInfo node,
            IntSupplier maxReplicas,
            ScheduledExecutorService timer,
            Optional<TlsFiles> tls) {
        this.placement = placement;
        MemberClient client = new MemberClient(tls);
        this.proxy = new LeaderProxy(placement, client, node.name(), timer);
        new MemberPages(placement, changes, client).addTo(pages);
        new ClusterPages(placement, node, maxReplicas).addTo(pages);
    }

    CompletionStage<HttpReply> answer(HttpCall call, String path) {
        return answeredHere(call, path)
                ? pages.answer(call, path)
                : proxy.forward(call, path.startsWith(V2), () -> pages.answer(call, path));
    }

    private boolean answeredHere(HttpCall call, String path) {
        return placement.serving()
                || LOCAL_PREFIXES.stream().anyMatch(path::startsWith)
                || call.field(ALLOW_FOLLOWER).filter(value -> !value.isEmpty()).isPresent();
    }
}
