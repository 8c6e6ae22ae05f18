package org.pdtoolkit.server.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.server.runtime.NodeStartException;

class BackoffTest {
    private static final RegistryUnavailableException FAILURE =
            new RegistryUnavailableException("connection refused");

    private final List<Long> waits = new ArrayList<>();
    private final Backoff backoff = new Backoff(waits::add);

    @Test
    void doublesUntilAFewMinutesAndThenStays() {
        for (int i = 0; i < 10; i++) {
            backoff.failure(FAILURE);
        }
        assertEquals(List.of(2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 256L, 256L), waits);
    }

    @Test
    void beginsAnewAfterASuccess() {
        backoff.failure(FAILURE);
        backoff.failure(FAILURE);
        backoff.success();
        backoff.failure(FAILURE);
        assertEquals(List.of(2L, 4L, 2L), waits);
    }

    @Test
    void anInterruptEndsTheWaiting() {
        Backoff interrupted =
                new Backoff(
                        seconds -> {
                            throw new InterruptedException();
                        });
        assertThrows(NodeStartException.class, () -> interrupted.failure(FAILURE));
        assertTrue(Thread.interrupted());
    }
}
