package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Turns what a future comes to into the end of a unary call. */
final class Answers {
    private Answers() {}

    /**
     * Runs {@code call} and answers with what comes of it, on the thread that completes it.
     *
     * @param call may also fail by throwing
     */
    static <T, A> void send(
            StreamObserver<A> client,
            Supplier<CompletableFuture<T>> call,
            Function<T, A> response) {
        ignoreCancellation(client);
        CompletableFuture<T> result;
        try {
            result = call.get();
        } catch (RuntimeException e) {
            fail(client, e);
            return;
        }
        result.whenComplete(
                (value, failure) -> {
                    if (failure != null) {
                        fail(client, failure);
                        return;
                    }
                    A answer;
                    try {
                        answer = response.apply(value);
                    } catch (RuntimeException e) {
                        fail(client, e);
                        return;
                    }
                    client.onNext(answer);
                    client.onCompleted();
                });
    }

    static void fail(StreamObserver<?> client, Throwable failure) {
        client.onError(EtcdErrors.status(failure).asRuntimeException());
    }

    /** An answer to a client that has gone is dropped; without this it would throw. */
    private static void ignoreCancellation(StreamObserver<?> client) {
        if (client instanceof ServerCallStreamObserver<?> call) {
            call.setOnCancelHandler(() -> {});
        }
    }
}
