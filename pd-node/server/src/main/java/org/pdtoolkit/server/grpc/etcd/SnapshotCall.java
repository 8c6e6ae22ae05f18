package org.pdtoolkit.server.grpc.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;
import org.pdtoolkit.kv.Maintenance;
import org.pdtoolkit.wire.Version;
import org.pdtoolkit.wire.etcdserverpb.SnapshotResponse;

/**
 * One snapshot on its way to a client: blobs of 32 KiB, the last shorter, then the SHA-256 of all
 * of them. Source: etcd page, section 11.
 *
 * <p>Thread: one that may wait for the client; the handlers of the call wake it.
 */
final class SnapshotCall {
    private static final int BLOB_BYTES = 32 << 10;

    /** A client that reads nothing for so long is given up: the view holds disk space. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final ServerCallStreamObserver<SnapshotResponse> client;
    private final MessageDigest digest;
    private final Object changed = new Object();
    private byte[] blob;
    private int filled;
    private long remaining;

    /** To be made before the call's method returns: only then can handlers be set. */
    SnapshotCall(ServerCallStreamObserver<SnapshotResponse> client) {
        this.client = client;
        client.setOnReadyHandler(this::wake);
        client.setOnCancelHandler(this::wake);
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void wake() {
        synchronized (changed) {
            changed.notifyAll();
        }
    }

    /**
     * Sends everything and ends the call. Blocks.
     *
     * @throws io.grpc.StatusRuntimeException when the client has gone or reads nothing
     */
    void send(Maintenance.Image image) {
        remaining = image.bytes();
        blob = new byte[BLOB_BYTES];
        image.writeTo(this::take);
        sendBlob();
        awaitClient();
        client.onNext(message(UnsafeByteOperations.unsafeWrap(digest.digest())));
        client.onCompleted();
    }

    /** Whether the client went away, perhaps before its turn came. */
    boolean isCancelled() {
        return client.isCancelled();
    }

    void fail(Throwable failure) {
        if (!isCancelled()) {
            Answers.fail(client, failure);
        }
    }

    private void take(byte[] bytes, int from, int length) {
        int done = 0;
        while (done < length) {
            if (filled == BLOB_BYTES) {
                sendBlob();
            }
            int part = Math.min(length - done, BLOB_BYTES - filled);
            System.arraycopy(bytes, from + done, blob, filled, part);
            filled += part;
            done += part;
        }
    }

    private void sendBlob() {
        awaitClient();
        digest.update(blob, 0, filled);
        remaining -= filled;
        client.onNext(message(UnsafeByteOperations.unsafeWrap(blob, 0, filled)));
        blob = new byte[BLOB_BYTES];
        filled = 0;
    }

    private SnapshotResponse message(ByteString content) {
        return SnapshotResponse.newBuilder()
                .setRemainingBytes(remaining)
                .setBlob(content)
                .setVersion(Version.ETCD_CLUSTER)
                .build();
    }

    /** Waits until the client takes more, so that what it has not read is not kept in memory. */
    private void awaitClient() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        synchronized (changed) {
            while (!client.isReady() && !client.isCancelled()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw Status.DEADLINE_EXCEEDED
                            .withDescription("the client does not read the snapshot")
                            .asRuntimeException();
                }
                try {
                    changed.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Status.UNAVAILABLE.asRuntimeException();
                }
            }
        }
        if (client.isCancelled()) {
            throw Status.CANCELLED.asRuntimeException();
        }
    }
}
