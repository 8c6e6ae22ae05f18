package org.pdtoolkit.server.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.port.NodeInfo;

/**
 * The pages that etcd serves on its client port and that every member answers itself.
 *
 * <p>Source: etcd page, section 17; the bodies are the original's, without a newline.
 */
final class EtcdPages {
    private static final long READ_SECONDS_MAX = 7;
    private static final String METRICS_TYPE =
            "text/plain; version=0.0.4; charset=utf-8; escaping=values";
    private static final Op.Range PROBE = Op.Range.of(Bytes.utf8("health"));

    private final Consensus consensus;
    private final ReplicatedKv kv;
    private final NodeInfo node;
    private final MetricRegistry metrics;
    private final Executor background;

    EtcdPages(
            Consensus consensus,
            ReplicatedKv kv,
            NodeInfo node,
            MetricRegistry metrics,
            Executor background) {
        this.consensus = consensus;
        this.kv = kv;
        this.node = node;
        this.metrics = metrics;
        this.background = background;
    }

    void addTo(Router router) {
        router.add(Router.ANY, "/health", onlyGet(this::health))
                .add(Router.ANY, "/version", onlyGet(this::version))
                .add(Router.ANY, "/metrics", onlyGet(this::metrics));
    }

    private static Page onlyGet(Page page) {
        return (call, variables) ->
                call.method().equals("GET")
                        ? page.answer(call, variables)
                        : CompletableFuture.completedFuture(
                                Replies.plain(405, "Method Not Allowed\n").with("Allow", "GET"));
    }

    private CompletionStage<HttpReply> health(HttpCall call, List<String> variables) {
        boolean serializable = List.of(call.rawQuery().split("&")).contains("serializable=true");
        if (!serializable && consensus.leaderId() == 0) {
            return CompletableFuture.completedFuture(unhealthy("RAFT NO LEADER"));
        }
        return kv.range(serializable ? PROBE.asSerializable() : PROBE)
                .copy()
                .orTimeout(READ_SECONDS_MAX, TimeUnit.SECONDS)
                .handle(
                        (found, failure) ->
                                failure == null
                                        ? HttpReply.of(
                                                200,
                                                Replies.TEXT,
                                                "{\"health\":\"true\",\"reason\":\"\"}")
                                        : unhealthy("RANGE ERROR:" + text(failure)));
    }

    private static HttpReply unhealthy(String reason) {
        return HttpReply.of(
                503,
                Replies.TEXT,
                "{\"health\":\"false\",\"reason\":"
                        + new String(GoJson.compact(reason), StandardCharsets.UTF_8)
                        + "}");
    }

    private static String text(Throwable failure) {
        Throwable cause = ErrorRows.cause(failure);
        if (cause instanceof TimeoutException) {
            return ErrorRows.of(KvError.TIMEOUT).text();
        }
        return cause instanceof KvException refused
                ? ErrorRows.of(refused.error()).text()
                : String.valueOf(cause.getMessage());
    }

    private CompletionStage<HttpReply> version(HttpCall call, List<String> variables) {
        return CompletableFuture.completedFuture(
                HttpReply.of(
                        200,
                        "application/json",
                        "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\"}"
                                .formatted(node.etcdVersion(), node.etcdVersion())));
    }

    private CompletionStage<HttpReply> metrics(HttpCall call, List<String> variables) {
        try {
            return CompletableFuture.supplyAsync(
                    () -> HttpReply.of(200, METRICS_TYPE, metrics.scrape()), background);
        } catch (RejectedExecutionException busy) {
            return CompletableFuture.completedFuture(
                    Replies.plain(503, "too many scrapes at once\n"));
        }
    }
}
