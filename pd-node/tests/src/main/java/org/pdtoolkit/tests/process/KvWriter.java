package org.pdtoolkit.tests.process;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pdtoolkit.wire.meta_storagepb.GetRequest;
import org.pdtoolkit.wire.meta_storagepb.GetResponse;
import org.pdtoolkit.wire.meta_storagepb.MetaStorageGrpc;
import org.pdtoolkit.wire.meta_storagepb.PutRequest;

/** Writes numbered keys through the leader and remembers which writes were acknowledged. */
public final class KvWriter implements AutoCloseable {
    private static final String PREFIX = "failover/";
    private static final int CALL_MILLIS = 1_000;
    private static final long PAUSE_NANOS = 2_000_000;

    private final PdEndpoints endpoints;
    private final List<Integer> acknowledged = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "kv-writer");
    private volatile boolean running = true;
    private volatile int attempts;

    public KvWriter(PdEndpoints endpoints) {
        this.endpoints = endpoints;
    }

    public KvWriter start() {
        thread.start();
        return this;
    }

    private void run() {
        while (running) {
            int number = ++attempts;
            Optional<String> leader = endpoints.leaderUrl();
            if (leader.isPresent() && put(leader.get(), number)) {
                acknowledged.add(number);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean put(String url, int number) {
        try {
            PutRequest request =
                    PutRequest.newBuilder().setKey(key(number)).setValue(value(number)).build();
            return !MetaStorageGrpc.newBlockingStub(endpoints.channel(url))
                    .withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS)
                    .put(request)
                    .getHeader()
                    .hasError();
        } catch (StatusRuntimeException e) {
            // Not acknowledged: it may or may not be there, and is never tried again.
            return false;
        }
    }

    /** Acknowledged writes; complete once closed. */
    public int acknowledged() {
        return acknowledged.size();
    }

    /** Reads everything back from the leader: which acknowledged writes are missing or changed? */
    public List<Integer> lost() {
        String url = endpoints.leaderUrl().orElseThrow();
        GetRequest request =
                GetRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(PREFIX))
                        .setRangeEnd(ByteString.copyFromUtf8("failover0"))
                        .build();
        GetResponse found = MetaStorageGrpc.newBlockingStub(endpoints.channel(url)).get(request);
        Map<ByteString, ByteString> values = new HashMap<>();
        found.getKvsList().forEach(kv -> values.put(kv.getKey(), kv.getValue()));
        return acknowledged.stream()
                .filter(number -> !value(number).equals(values.get(key(number))))
                .toList();
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8(PREFIX + number);
    }

    private static ByteString value(int number) {
        return ByteString.copyFromUtf8("value " + number);
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
