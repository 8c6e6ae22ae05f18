package org.pdtoolkit.server.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EndpointsTest {
    private static final List<URI> THREE =
            List.of(
                    URI.create("http://127.0.0.1:1"),
                    URI.create("http://127.0.0.1:2"),
                    URI.create("http://127.0.0.1:3"));

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
    private final Endpoints endpoints =
            new Endpoints(Duration.ofSeconds(5), now::get, new Random(1));

    @Test
    void oneThatFailedComesBackAfterTheWait() {
        endpoints.update(THREE);
        Endpoints.Endpoint first = endpoints.available().get(0);
        endpoints.failed(first);
        assertFalse(endpoints.available().contains(first));
        assertEquals(first, endpoints.usableFirst().get(2), "the last resort");
        endpoints.update(THREE);
        assertFalse(endpoints.available().contains(first), "a refresh does not forgive");
        now.addAndGet(Duration.ofSeconds(5).toNanos() - 1);
        assertFalse(endpoints.available().contains(first));
        now.incrementAndGet();
        assertTrue(endpoints.available().contains(first));
    }

    @Test
    void theOrderIsNewAfterEachRefresh() {
        Set<String> firsts = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            endpoints.update(THREE);
            firsts.add(endpoints.available().get(0).toString());
        }
        assertEquals(3, firsts.size());
    }

    @Test
    void onlyAChangeIsTold() {
        AtomicInteger told = new AtomicInteger();
        Runnable listener = told::incrementAndGet;
        endpoints.onChange(listener);
        assertTrue(endpoints.update(THREE));
        assertFalse(endpoints.update(THREE));
        assertEquals(1, told.get());
        assertTrue(endpoints.update(THREE.subList(1, 3)));
        assertEquals(2, endpoints.available().size());
        assertEquals(2, told.get());
        endpoints.forget(listener);
        endpoints.update(List.of());
        assertTrue(endpoints.isEmpty());
        assertEquals(2, told.get());
    }
}
