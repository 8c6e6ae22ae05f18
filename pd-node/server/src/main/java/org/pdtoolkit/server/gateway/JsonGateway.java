package org.pdtoolkit.server.gateway;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.pdtoolkit.server.gateway.JsonMessages.BadBodyException;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpHandler;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Answers JSON requests by gRPC calls, see {@link GatewayRoute}.
 *
 * <p>The call ends when the client goes away. A call that answers with a stream becomes one JSON
 * object a line, {@code {"result":…}}, and a last one {@code {"error":…}} if it fails after it
 * began.
 *
 * <p>Thread: any; translation and answers run on the executor.
 */
public final class JsonGateway implements HttpHandler {
    static final String JSON = "application/json";

    private static final String AUTHORIZATION = "authorization";

    /** Fields with this prefix become metadata of the call, without it. */
    private static final String METADATA_PREFIX = "grpc-metadata-";

    private final Channel services;
    private final Executor executor;

    /**
     * @param services where the calls go
     * @param executor translates requests: large ones take longer than a network loop may
     */
    public JsonGateway(Channel services, Executor executor) {
        this.services = services;
        this.executor = executor;
    }

    @Override
    public CompletionStage<HttpReply> handle(HttpCall call) {
        Optional<GatewayRoute> route = GatewayRoute.find(call.rawPath());
        if (route.isEmpty()) {
            return CompletableFuture.completedFuture(
                    failure(ErrorCatalogue.GATEWAY_PATH_UNKNOWN.status()));
        }
        if (!call.method().equals("POST")) {
            return CompletableFuture.completedFuture(
                    failure(ErrorCatalogue.GATEWAY_METHOD_WRONG.status()));
        }
        CompletableFuture<HttpReply> reply = new CompletableFuture<>();
        executor.execute(() -> start(route.get().method(), call, reply));
        return reply;
    }

    private <Q extends Message, A extends Message> void start(
            MethodDescriptor<Q, A> method, HttpCall call, CompletableFuture<HttpReply> reply) {
        try {
            List<Q> requests =
                    method.getType().clientSendsOneMessage()
                            ? List.of(JsonMessages.first(method, call.body()))
                            : JsonMessages.all(method, call.body());
            ClientCall<Q, A> onward =
                    services.newCall(method, CallOptions.DEFAULT.withExecutor(executor));
            ClientCall.Listener<A> answer =
                    method.getType().serverSendsOneMessage()
                            ? new SingleAnswer<>(reply)
                            : new StreamedAnswer<>(onward, reply);
            onward.start(answer, metadata(call));
            call.gone().thenRun(() -> onward.cancel("the client went away", null));
            onward.request(1);
            requests.forEach(onward::sendMessage);
            onward.halfClose();
        } catch (BadBodyException e) {
            reply.complete(failure(ErrorCatalogue.BAD_JSON.status(e.getMessage())));
        } catch (RuntimeException | Error e) {
            reply.completeExceptionally(e);
        }
    }

    private static Metadata metadata(HttpCall call) {
        Metadata metadata = new Metadata();
        for (HttpField field : call.fields()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (name.equals(AUTHORIZATION)) {
                put(metadata, AUTHORIZATION, field.value());
            } else if (name.startsWith(METADATA_PREFIX)) {
                put(metadata, name.substring(METADATA_PREFIX.length()), field.value());
            }
        }
        return metadata;
    }

    /** What cannot be metadata is left out. */
    private static void put(Metadata metadata, String name, String value) {
        boolean printable = value.chars().allMatch(c -> c >= ' ' && c <= '~');
        boolean text = !name.isEmpty() && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX);
        boolean plain = name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c == '-' || c == '_');
        if (printable && text && plain) {
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        }
    }

    static HttpReply failure(Status status) {
        return HttpReply.of(HttpStatus.of(status.getCode()), JSON, JsonMessages.print(status));
    }
}
