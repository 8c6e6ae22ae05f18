package org.pdtoolkit.server.http;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.server.observe.MetricRegistry;
import org.pdtoolkit.server.port.BackgroundPool;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.Version;

/**
 * The pages that etcd serves on its client port and that every member answers itself.
 *
 * <p>Thread: any; never blocks. {@link #close} stops the background thread.
 *
 * <p>Source: etcd page, section 17; the bodies are the original's.
 */
public final class EtcdPages implements AutoCloseable {
    private static final int SCRAPES_MAX = 8;
    private static final String METRICS_TYPE =
            "text/plain; version=0.0.4; charset=utf-8; escaping=values";

    private final HealthChecks checks;
    private final MetricRegistry metrics;
    private final BackgroundPool background;
    private final Router router = new Router();

    /**
     * @param metrics what {@code /metrics} shows
     */
    public EtcdPages(HealthChecks checks, MetricRegistry metrics) {
        this.checks = checks;
        this.metrics = metrics;
        this.background = new BackgroundPool("http-background", 1, SCRAPES_MAX);
        router.add(Router.ANY, "/health", onlyGet(this::health))
                .add(Router.ANY, "/version", onlyGet(this::version))
                .add(Router.ANY, "/metrics", onlyGet(this::metrics));
        addChecks("/livez", HealthChecks.LIVE);
        addChecks("/readyz", HealthChecks.READY);
    }

    private void addChecks(String path, List<HealthChecks.Check> wanted) {
        router.add(Router.ANY, path, onlyGet((call, variables) -> check(call, wanted)));
        for (HealthChecks.Check one : wanted) {
            router.add(
                    Router.ANY,
                    path + "/" + one.text(),
                    onlyGet((call, variables) -> check(call, List.of(one))));
        }
    }

    CompletionStage<HttpReply> answer(HttpCall call, String path) {
        return router.answer(call, path);
    }

    private static Page onlyGet(Page page) {
        return (call, variables) ->
                call.method().equals("GET")
                        ? page.answer(call, variables)
                        : CompletableFuture.completedFuture(
                                Replies.plain(405, "Method Not Allowed\n").with("Allow", "GET"));
    }

    private CompletionStage<HttpReply> health(HttpCall call, List<String> variables) {
        boolean serializable = Query.values(call, "serializable").contains("true");
        return checks.reasonOfIllness(serializable, Query.values(call, "exclude"))
                .thenApply(EtcdPages::health);
    }

    private static HttpReply health(Optional<String> reason) {
        String quoted = new String(GoJson.compact(reason.orElse("")), StandardCharsets.UTF_8);
        return HttpReply.of(
                reason.isPresent() ? 503 : 200,
                Replies.TEXT,
                "{\"health\":\"" + reason.isEmpty() + "\",\"reason\":" + quoted + "}");
    }

    /** Lists what failed, and with {@code ?verbose} what did not. */
    private CompletionStage<HttpReply> check(HttpCall call, List<HealthChecks.Check> wanted) {
        Set<String> excluded = new HashSet<>(Query.values(call, "exclude"));
        boolean verbose = Query.has(call, "verbose");
        CompletionStage<String> lines = CompletableFuture.completedFuture("");
        for (HealthChecks.Check one : wanted) {
            if (excluded.contains(one.text())) {
                continue;
            }
            lines =
                    lines.thenCombine(
                            checks.failureOf(one),
                            (before, failure) -> before + line(one, failure));
        }
        return lines.thenApply(
                text -> {
                    if (text.contains("[-]")) {
                        return Replies.plain(503, text + "\n");
                    }
                    return Replies.plain(200, (verbose ? text : "") + "ok\n");
                });
    }

    private static String line(HealthChecks.Check check, Optional<String> failure) {
        return failure.map(reason -> "[-]" + check.text() + " failed: " + reason + "\n")
                .orElse("[+]" + check.text() + " ok\n");
    }

    private CompletionStage<HttpReply> version(HttpCall call, List<String> variables) {
        return CompletableFuture.completedFuture(
                HttpReply.of(200, "application/json", Version.etcdJson()));
    }

    private CompletionStage<HttpReply> metrics(HttpCall call, List<String> variables) {
        return background
                .submit(() -> HttpReply.of(200, METRICS_TYPE, metrics.scrape()))
                .exceptionally(EtcdPages::unlessTooMany);
    }

    private static HttpReply unlessTooMany(Throwable failure) {
        if (failure instanceof KvException refused
                && refused.error() == KvError.TOO_MANY_REQUESTS) {
            return Replies.plain(503, "too many scrapes at once\n");
        }
        throw new CompletionException(failure);
    }

    @Override
    public void close() {
        background.close();
    }
}
