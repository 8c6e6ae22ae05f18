package org.pdtoolkit.tests.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrantResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseLeasesRequest;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.PutResponse;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchCreateRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchGrpc;
import org.pdtoolkit.wire.etcdserverpb.WatchRequest;
import org.pdtoolkit.wire.etcdserverpb.WatchResponse;

/**
 * A crowd of watchers, then a crowd of leases, on a running cluster that takes puts meanwhile: does
 * every watcher hear of every put, and does every lease live for as long as it is kept alive?
 */
public final class CrowdBench implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int WATCHERS_PER_STREAM = 1_000;
    private static final int KEYS = 1_000;
    private static final int PUTS = 2_000;
    private static final int GRANTS_IN_FLIGHT = 50;
    private static final int PUTS_IN_FLIGHT = 8;
    private static final int LEASE_SECONDS = 120;

    /** Three times in a lease's life, as clients do. */
    private static final int KEEP_ALIVE_SECONDS = LEASE_SECONDS / 3;

    private final List<ManagedChannel> members = new ArrayList<>();
    private final int size;
    private final AtomicInteger putFailures = new AtomicInteger();
    private final AtomicReference<Throwable> broken = new AtomicReference<>();

    private CrowdBench(List<String> endpoints, int size) {
        for (String endpoint : endpoints) {
            members.add(ManagedChannelBuilder.forTarget(endpoint).usePlaintext().build());
        }
        this.size = size;
    }

    /**
     * Arguments: endpoints of the members, separated by commas; how many watchers and leases.
     * Prints one line of JSON.
     */
    public static void main(String[] arguments) {
        List<String> endpoints = List.of(arguments[0].split(","));
        boolean complete;
        try (CrowdBench bench = new CrowdBench(endpoints, Integer.parseInt(arguments[1]))) {
            long term = bench.term();
            String watched = bench.watchers();
            Leases leases = bench.new Leases();
            String leased = leases.run();
            long elections = bench.term() - term;
            complete = leases.lost() == 0 && bench.putFailures.get() == 0 && elections == 0;
            System.out.printf(
                    "{%s,%s,\"put_failures\":%d,\"elections\":%d}%n",
                    watched, leased, bench.putFailures.get(), elections);
        }
        System.exit(complete ? 0 : 1);
    }

    private ManagedChannel member(int number) {
        return members.get(number % members.size());
    }

    /** Raft's term: unlike the leader's name it tells of a leader that was lost and came back. */
    private long term() {
        return MaintenanceGrpc.newBlockingStub(member(0))
                .status(StatusRequest.getDefaultInstance())
                .getRaftTerm();
    }

    private void await(String what, Duration patience, BooleanSupplier done) {
        LocalCluster.await(
                what,
                patience,
                () -> {
                    if (broken.get() != null) {
                        throw new IllegalStateException("no " + what, broken.get());
                    }
                    return done.getAsBoolean();
                });
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8("crowd/" + number % KEYS);
    }

    /** Each of a thousand keys has its share of the watchers; all of them are written twice. */
    private String watchers() {
        AtomicInteger created = new AtomicInteger();
        AtomicLong events = new AtomicLong();
        long start = System.nanoTime();
        for (int from = 0; from < size; from += WATCHERS_PER_STREAM) {
            StreamObserver<WatchRequest> stream =
                    WatchGrpc.newStub(member(from / WATCHERS_PER_STREAM))
                            .watch(
                                    observer(
                                            (WatchResponse response) -> {
                                                if (response.getCreated()) {
                                                    created.incrementAndGet();
                                                }
                                                events.addAndGet(response.getEventsCount());
                                            }));
            for (int i = from; i < Math.min(size, from + WATCHERS_PER_STREAM); i++) {
                stream.onNext(
                        WatchRequest.newBuilder()
                                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key(i)))
                                .build());
            }
        }
        await("answer to every watcher", PATIENCE, () -> created.get() >= size);
        double createSeconds = secondsSince(start);
        start = System.nanoTime();
        Semaphore puts = new Semaphore(PUTS_IN_FLIGHT);
        long expected = 0;
        for (int i = 0; i < PUTS; i++) {
            put(i, puts);
            expected += size / KEYS + (i % KEYS < size % KEYS ? 1 : 0);
        }
        long all = expected;
        requirePuts(puts);
        await("event for every watcher", PATIENCE, () -> events.get() >= all);
        return String.format(
                Locale.ROOT,
                "\"watchers\":%d,\"create_seconds\":%.1f,\"events\":%d,\"event_seconds\":%.1f",
                created.get(),
                createSeconds,
                events.get(),
                secondsSince(start));
    }

    /** Whether a put that failed takes place is open, so nobody knows how many events to expect. */
    private void requirePuts(Semaphore inFlight) {
        inFlight.acquireUninterruptibly(PUTS_IN_FLIGHT);
        if (putFailures.get() > 0) {
            throw new IllegalStateException(putFailures + " puts failed");
        }
    }

    private void put(int number, Semaphore inFlight) {
        inFlight.acquireUninterruptibly();
        PutRequest request = PutRequest.newBuilder().setKey(key(number)).setValue(key(0)).build();
        KVGrpc.newStub(member(number))
                .put(
                        request,
                        new StreamObserver<PutResponse>() {
                            @Override
                            public void onNext(PutResponse response) {}

                            @Override
                            public void onError(Throwable failure) {
                                putFailures.incrementAndGet();
                                inFlight.release();
                            }

                            @Override
                            public void onCompleted() {
                                inFlight.release();
                            }
                        });
    }

    /** Takes each answer of a stream that must not end; its end breaks the run. */
    private <T> StreamObserver<T> observer(Consumer<T> onNext) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T response) {
                onNext.accept(response);
            }

            @Override
            public void onError(Throwable failure) {
                broken.compareAndSet(null, failure);
            }

            @Override
            public void onCompleted() {
                broken.compareAndSet(null, new IllegalStateException("a stream has ended"));
            }
        };
    }

    /** Grants them all, and keeps all of them alive for longer than they would live otherwise. */
    private final class Leases {
        private final AtomicInteger granted = new AtomicInteger();
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicInteger gone = new AtomicInteger();
        private final List<Long> ids = new ArrayList<>();
        private final List<StreamObserver<LeaseKeepAliveRequest>> streams = new ArrayList<>();
        private int asked;
        private int listed;

        String run() {
            for (ManagedChannel member : members) {
                streams.add(LeaseGrpc.newStub(member).leaseKeepAlive(observer(this::onAlive)));
            }
            long start = System.nanoTime();
            Semaphore room = new Semaphore(GRANTS_IN_FLIGHT);
            long keepAt = start + Duration.ofSeconds(KEEP_ALIVE_SECONDS).toNanos();
            for (int i = 0; i < size && broken.get() == null; i++) {
                grant(i, room);
                if (System.nanoTime() - keepAt > 0) {
                    keepAll();
                    keepAt += Duration.ofSeconds(KEEP_ALIVE_SECONDS).toNanos();
                }
            }
            await("grant of every lease", PATIENCE, () -> granted.get() >= size);
            double grantSeconds = secondsSince(start);
            keepOn(System.nanoTime() + Duration.ofSeconds(LEASE_SECONDS + 20).toNanos());
            listed =
                    LeaseGrpc.newBlockingStub(member(0))
                            .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                            .getLeasesCount();
            return String.format(
                    Locale.ROOT,
                    "\"leases\":%d,\"grant_seconds\":%.1f,\"kept_alive\":%d,\"leases_lost\":%d",
                    granted.get(),
                    grantSeconds,
                    answers.get(),
                    lost());
        }

        int lost() {
            return Math.max(gone.get(), Math.max(0, size - listed));
        }

        private void grant(int number, Semaphore room) {
            room.acquireUninterruptibly();
            LeaseGrpc.newStub(member(number))
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setTTL(LEASE_SECONDS).build(),
                            new StreamObserver<LeaseGrantResponse>() {
                                @Override
                                public void onNext(LeaseGrantResponse lease) {
                                    synchronized (ids) {
                                        ids.add(lease.getID());
                                    }
                                }

                                @Override
                                public void onError(Throwable failure) {
                                    broken.compareAndSet(null, failure);
                                    room.release();
                                }

                                @Override
                                public void onCompleted() {
                                    granted.incrementAndGet();
                                    room.release();
                                }
                            });
        }

        /** Puts and rounds of keep-alives until then. */
        private void keepOn(long until) {
            Semaphore puts = new Semaphore(PUTS_IN_FLIGHT);
            int number = 0;
            while (until - System.nanoTime() > 0) {
                keepAll();
                long next = System.nanoTime() + Duration.ofSeconds(KEEP_ALIVE_SECONDS).toNanos();
                while (next - System.nanoTime() > 0) {
                    put(number++, puts);
                }
            }
            await("answer to every keep-alive", PATIENCE, () -> answers.get() >= asked);
        }

        private void keepAll() {
            List<Long> now;
            synchronized (ids) {
                now = List.copyOf(ids);
            }
            for (int i = 0; i < now.size(); i++) {
                streams.get(i % streams.size())
                        .onNext(LeaseKeepAliveRequest.newBuilder().setID(now.get(i)).build());
            }
            asked += now.size();
        }

        private void onAlive(LeaseKeepAliveResponse response) {
            answers.incrementAndGet();
            if (response.getTTL() <= 0) {
                gone.incrementAndGet();
            }
        }
    }

    @Override
    public void close() {
        members.forEach(ManagedChannel::shutdownNow);
    }
}
