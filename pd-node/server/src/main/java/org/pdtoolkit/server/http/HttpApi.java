package org.pdtoolkit.server.http;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpHandler;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.port.NodeInfo;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * Everything the client port answers over HTTP/1.1.
 *
 * <p>In this order: OPTIONS is answered, an unclean path is redirected, a path outside {@code /pd}
 * goes to etcd's pages; of the rest some paths and requests that ask for it are answered here, all
 * others by the PD leader, which a follower asks before it even looks whether it knows the path.
 *
 * <p>Thread: any; never blocks. {@link #close} stops the background thread.
 */
public final class HttpApi implements HttpHandler, AutoCloseable {
    static final String V1 = "/pd/api/v1";
    static final String ALLOW_FOLLOWER = "PD-Allow-follower-handle";

    private static final String V2 = "/pd/api/v2";
    private static final int SCRAPES_MAX = 8;
    private static final List<String> LOCAL_PREFIXES =
            List.of(
                    V1 + "/admin/log",
                    V1 + "/status",
                    V1 + "/health",
                    V1 + "/ping",
                    V1 + "/version",
                    V1 + "/debug/pprof");
    private static final List<HttpField> CORS =
            List.of(
                    new HttpField(
                            "Access-Control-Allow-Headers", "accept, content-type, authorization"),
                    new HttpField(
                            "Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE"),
                    new HttpField("Access-Control-Allow-Origin", "*"));

    private static final HttpReply NO_PD =
            Replies.plain(
                    501, "this node runs with --etcd-only: it has no Placement Driver services\n");

    private final Optional<Pd> pd;
    private final Router etcd = new Router();
    private final ThreadPoolExecutor background;

    /** PD's pages, on a node that has any. */
    private record Pd(Placement placement, LeaderProxy proxy, Router pages) {}

    /**
     * @param placement empty on a node without PD's services
     * @param consensus for the health page
     * @param kv for the health page
     * @param maxReplicas replication.max-replicas
     * @param metrics what {@code /metrics} shows
     * @param timer for waits; its tasks are short
     * @param tls files of this node, with which it asks other members
     */
    public HttpApi(
            Optional<Placement> placement,
            Consensus consensus,
            ReplicatedKv kv,
            NodeInfo node,
            IntSupplier maxReplicas,
            MetricRegistry metrics,
            ScheduledExecutorService timer,
            Optional<TlsFiles> tls) {
        this.background =
                new ThreadPoolExecutor(
                        1,
                        1,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(SCRAPES_MAX),
                        task -> {
                            Thread thread = new Thread(task, "http-background");
                            thread.setDaemon(true);
                            return thread;
                        });
        background.allowCoreThreadTimeOut(true);
        this.pd = placement.map(found -> pd(found, node, maxReplicas, timer, tls));
        new EtcdPages(consensus, kv, node, metrics, background).addTo(etcd);
    }

    private static Pd pd(
            Placement placement,
            NodeInfo node,
            IntSupplier maxReplicas,
            ScheduledExecutorService timer,
            Optional<TlsFiles> tls) {
        MemberClient client = new MemberClient(tls);
        Router pages = new Router();
        new MemberPages(placement, client).addTo(pages);
        new ClusterPages(placement, node, maxReplicas).addTo(pages);
        return new Pd(placement, new LeaderProxy(placement, client, node.name(), timer), pages);
    }

    @Override
    public CompletionStage<HttpReply> handle(HttpCall call) {
        return dispatch(call).thenApply(HttpApi::withCors);
    }

    private CompletionStage<HttpReply> dispatch(HttpCall call) {
        if (call.method().equals("OPTIONS")) {
            return CompletableFuture.completedFuture(HttpReply.empty(200));
        }
        String path = call.rawPath();
        if (!path.startsWith("/")) {
            return CompletableFuture.completedFuture(Replies.plain(400, "400 Bad Request"));
        }
        Optional<HttpReply> redirect = CleanPath.redirect(call, path);
        if (redirect.isPresent()) {
            return CompletableFuture.completedFuture(redirect.get());
        }
        if (path.equals("/pd")) {
            return CompletableFuture.completedFuture(CleanPath.to(call, "/pd/"));
        }
        if (!path.startsWith("/pd/")) {
            return etcd.answer(call, path);
        }
        return pd.map(part -> answer(part, call, path))
                .orElseGet(() -> CompletableFuture.completedFuture(NO_PD));
    }

    private static CompletionStage<HttpReply> answer(Pd pd, HttpCall call, String path) {
        return answeredHere(pd, call, path)
                ? pd.pages().answer(call, path)
                : pd.proxy()
                        .forward(call, path.startsWith(V2), () -> pd.pages().answer(call, path));
    }

    private static boolean answeredHere(Pd pd, HttpCall call, String path) {
        return pd.placement().serving()
                || LOCAL_PREFIXES.stream().anyMatch(path::startsWith)
                || call.field(ALLOW_FOLLOWER).filter(value -> !value.isEmpty()).isPresent();
    }

    private static HttpReply withCors(HttpReply reply) {
        HttpReply answer = reply;
        for (HttpField field : CORS) {
            answer = answer.with(field.name(), field.value());
        }
        return answer;
    }

    @Override
    public void close() {
        background.shutdownNow();
    }
}
