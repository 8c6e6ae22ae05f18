package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KeyValue;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.wire.etcdserverpb.RangeResponse;
import org.pdtoolkit.wire.etcdserverpb.RangeStreamResponse;

/**
 * One range in chunks. The revision is that of the first chunk throughout; the last chunk alone
 * carries header, {@code more} and {@code count}. A chunk is read when the one before has left, so
 * that a slow client does not pile up chunks here.
 *
 * <p>Thread: one reader of the pool at a time; the flags that the network loop touches, too, are
 * guarded by this object.
 */
final class RangeStreamCall {
    private static final int FIRST_CHUNK_KEYS = 10;
    private static final Bytes SUCCESSOR = KeyRange.OPEN_END;

    private final ReadPool reads;
    private final Headers headers;
    private final ServerCallStreamObserver<RangeStreamResponse> client;
    private final Op.Range whole;
    private final long limit;
    private final int chunkBytes;

    private Bytes from;
    private long revision;
    private long shownRevision;
    private long sent;
    private long chunkKeys = FIRST_CHUNK_KEYS;

    private boolean reading;
    private boolean ended;

    /**
     * @param whole in key order, without filters
     * @param chunkBytes size that chunks after the first come near to
     */
    RangeStreamCall(
            ReadPool reads,
            Headers headers,
            ServerCallStreamObserver<RangeStreamResponse> client,
            Op.Range whole,
            int chunkBytes) {
        this.reads = reads;
        this.headers = headers;
        this.client = client;
        this.whole = whole;
        this.limit = whole.limit() <= 0 ? Long.MAX_VALUE : whole.limit();
        this.chunkBytes = chunkBytes;
        this.from = whole.range().key();
        this.revision = Math.max(0, whole.revision());
    }

    void start() {
        client.setOnCancelHandler(this::end);
        client.setOnReadyHandler(this::readOn);
        readOn();
    }

    private synchronized void end() {
        ended = true;
    }

    /** Reads the next chunk unless one is being read or the client is not ready for it. */
    private synchronized void readOn() {
        if (reading || ended || !client.isReady()) {
            return;
        }
        reading = true;
        CompletableFuture<OpResult.Range> chunk = reads.range(nextRange());
        chunk.whenComplete(this::onChunk);
    }

    private Op.Range nextRange() {
        boolean first = sent == 0 && shownRevision == 0;
        return new Op.Range(
                new KeyRange(from, whole.range().end()),
                revision,
                whole.countOnly() ? 0 : Math.min(chunkKeys, limit - sent),
                Op.SortTarget.KEY,
                Op.SortOrder.NONE,
                whole.keysOnly(),
                whole.countOnly(),
                0,
                0,
                0,
                0,
                // What the first chunk has seen is here.
                !first || whole.serializable());
    }

    private void onChunk(OpResult.Range chunk, Throwable failure) {
        if (failure != null) {
            finish(() -> Answers.fail(client, failure));
            return;
        }
        if (shownRevision == 0) {
            shownRevision = chunk.revision();
            revision = revision == 0 ? shownRevision : revision;
        }
        long before = sent;
        sent += chunk.pairs().size();
        RangeResponse.Builder response = RangeResponse.newBuilder();
        for (KeyValue pair : chunk.pairs()) {
            response.addKvs(KvResponses.pair(pair));
        }
        if (!chunk.more() || sent >= limit) {
            // The count covers what is left of the range, the limit or not.
            response.setHeader(headers.at(shownRevision))
                    .setMore(chunk.more())
                    .setCount(before + chunk.count());
            finish(
                    () -> {
                        client.onNext(wrap(response.build()));
                        client.onCompleted();
                    });
            return;
        }
        from = chunk.pairs().get(chunk.pairs().size() - 1).key().concat(SUCCESSOR);
        RangeResponse message = response.build();
        adjust(message.getSerializedSize());
        client.onNext(wrap(message));
        synchronized (this) {
            reading = false;
        }
        readOn();
    }

    private void finish(Runnable last) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        last.run();
    }

    /** Doubles or halves the next chunk if this one was far from the size aimed at. */
    private void adjust(int bytes) {
        if (bytes < chunkBytes / 2) {
            chunkKeys *= 2;
        } else if (bytes > 2L * chunkBytes) {
            chunkKeys = Math.max(1, chunkKeys / 2);
        }
    }

    private static RangeStreamResponse wrap(RangeResponse response) {
        return RangeStreamResponse.newBuilder().setRangeResponse(response).build();
    }
}
