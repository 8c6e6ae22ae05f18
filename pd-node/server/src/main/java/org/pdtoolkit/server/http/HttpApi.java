package org.pdtoolkit.server.http;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpHandler;
import org.pdtoolkit.server.port.HttpReply;

/**
 * Everything the client port answers over HTTP/1.1.
 *
 * <p>In this order: the access rules, OPTIONS, the redirect of an unclean path; then a path below
 * {@code /pd} goes to PD's API, one below {@code /v3} to the JSON gateway, any other to etcd's
 * pages.
 *
 * <p>Thread: any; never blocks. {@link #close} stops the background thread of the pages.
 */
public final class HttpApi implements HttpHandler, AutoCloseable {
    private static final HttpReply NO_PD =
            Replies.plain(
                    501, "this node runs with --etcd-only: it has no Placement Driver services\n");

    private final AccessRules access;
    private final EtcdPages etcd;
    private final HttpHandler gateway;
    private final Optional<PdApi> pd;

    /**
     * @param gateway answers below {@code /v3/}
     * @param pd absent on a node without Placement Driver services
     */
    public HttpApi(AccessRules access, EtcdPages etcd, HttpHandler gateway, Optional<PdApi> pd) {
        this.access = access;
        this.etcd = etcd;
        this.gateway = gateway;
        this.pd = pd;
    }

    @Override
    public CompletionStage<HttpReply> handle(HttpCall call) {
        Optional<HttpReply> refusal = access.refusal(call);
        return refusal.isPresent()
                ? CompletableFuture.completedFuture(refusal.get())
                : dispatch(call).thenApply(reply -> access.withFields(call, reply));
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
        if (path.equals("/v3") || path.equals("/pd")) {
            return CompletableFuture.completedFuture(CleanPath.to(call, path + "/"));
        }
        if (path.startsWith("/v3/")) {
            return gateway.handle(call);
        }
        if (!path.startsWith("/pd/")) {
            return etcd.answer(call, path);
        }
        return pd.map(part -> part.answer(call, path))
                .orElseGet(() -> CompletableFuture.completedFuture(NO_PD));
    }

    @Override
    public void close() {
        etcd.close();
    }
}
