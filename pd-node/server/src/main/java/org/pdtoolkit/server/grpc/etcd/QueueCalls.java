package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.pdtoolkit.kv.KvException;

/** Ends calls of the Election and the Lock service. Thread: any; no state. */
final class QueueCalls {
    private QueueCalls() {}

    /** Answers with what comes of {@code call}. */
    static <T, A> void answer(
            StreamObserver<A> client, CompletableFuture<T> call, Function<T, A> response) {
        var unused =
                call.thenApply(response)
                        .whenComplete(
                                (answer, failure) -> {
                                    if (failure == null) {
                                        client.onNext(answer);
                                        client.onCompleted();
                                    } else {
                                        client.onError(status(failure).asRuntimeException());
                                    }
                                });
    }

    /** etcd's services are clients of its store, and pass on no more than the text of an error. */
    static Status status(Throwable failure) {
        if (KvException.unwrapped(failure) instanceof CancellationException) {
            return Status.CANCELLED;
        }
        Status status = EtcdErrors.status(failure);
        return status.getCode() == Status.Code.INTERNAL
                ? status
                : Status.UNKNOWN.withDescription(status.getDescription());
    }
}
