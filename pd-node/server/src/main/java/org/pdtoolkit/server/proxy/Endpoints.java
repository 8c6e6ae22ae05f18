package org.pdtoolkit.server.proxy;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Client URLs of the members, in the order in which they are tried.
 *
 * <p>The order is new after each refresh, so that several proxies share the members. One that could
 * not be reached is put aside for a while.
 *
 * <p>Thread: any; never blocks, except where it says so.
 */
final class Endpoints {
    private final long failureWaitNanos;
    private final LongSupplier nanos;
    private final Random order;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile List<Endpoint> all = List.of();

    /** One member's URL. */
    static final class Endpoint {
        private final URI url;
        private volatile InetSocketAddress address;
        private volatile boolean failed;
        private volatile long failedAtNanos;

        Endpoint(URI url) {
            this.url = url;
        }

        /** Its name is looked up here, which may block. */
        private Endpoint resolved() {
            address = new InetSocketAddress(url.getHost(), url.getPort());
            return this;
        }

        InetSocketAddress address() {
            return address;
        }

        /** Scheme, host and port. */
        URI url() {
            return url;
        }

        @Override
        public String toString() {
            return url.toString();
        }
    }

    /**
     * @param nanos a monotonic clock
     */
    Endpoints(Duration failureWait, LongSupplier nanos, Random order) {
        this.failureWaitNanos = failureWait.toNanos();
        this.nanos = nanos;
        this.order = order;
    }

    /** Those that may be tried now, first the first. */
    List<Endpoint> available() {
        return all.stream().filter(this::usable).toList();
    }

    /** All, those that may be tried now first. */
    List<Endpoint> usableFirst() {
        List<Endpoint> sorted = new ArrayList<>(all);
        sorted.sort((a, b) -> Boolean.compare(usable(b), usable(a)));
        return sorted;
    }

    private boolean usable(Endpoint endpoint) {
        return !endpoint.failed || nanos.getAsLong() - endpoint.failedAtNanos >= failureWaitNanos;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Whether a member speaks TLS. */
    boolean secure() {
        return all.stream().anyMatch(endpoint -> "https".equals(endpoint.url().getScheme()));
    }

    /** Puts one aside. */
    void failed(Endpoint endpoint) {
        endpoint.failedAtNanos = nanos.getAsLong();
        endpoint.failed = true;
    }

    /**
     * Takes over who is there now; one that stays keeps its failure. Looks up names, and may block.
     *
     * @param urls with host and port
     * @return whether others are there than before
     */
    boolean update(List<URI> urls) {
        List<Endpoint> before = all;
        List<Endpoint> next = new ArrayList<>();
        for (URI url : urls.stream().distinct().toList()) {
            next.add(
                    before.stream()
                            .filter(known -> known.url.equals(url))
                            .findFirst()
                            .orElseGet(() -> new Endpoint(url))
                            .resolved());
        }
        Collections.shuffle(next, order);
        all = List.copyOf(next);
        boolean changed =
                !next.stream()
                        .collect(Collectors.toSet())
                        .equals(before.stream().collect(Collectors.toSet()));
        if (changed) {
            listeners.forEach(Runnable::run);
        }
        return changed;
    }

    /** Runs the task after each change of who is there, until {@link #forget}. */
    void onChange(Runnable task) {
        listeners.add(task);
    }

    void forget(Runnable task) {
        listeners.remove(task);
    }
}
