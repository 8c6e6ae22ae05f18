package org.pdtoolkit.server.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;

class BackgroundPoolTest {
    private static final int THREADS = 2;
    private static final int QUEUE = 16;

    private final BackgroundPool pool = new BackgroundPool("test", THREADS, QUEUE);

    @AfterEach
    void close() {
        pool.close();
    }

    /** What has room is done, late as it may be; the rest is told so at once. */
    @ParameterizedTest
    @CsvSource({"18, 0", "19, 1", "1800, 1782"})
    void asMuchWorkWaitsAsThereIsRoomFor(int work, int refused) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < work; i++) {
            int number = i;
            answers.add(
                    pool.submit(
                            () -> {
                                await(release);
                                return number;
                            }));
        }
        List<CompletableFuture<Integer>> failed =
                answers.stream().filter(CompletableFuture::isCompletedExceptionally).toList();
        assertEquals(refused, failed.size());
        failed.forEach(answer -> assertEquals(KvError.TOO_MANY_REQUESTS, error(answer)));
        release.countDown();
        for (int i = 0; i < THREADS + QUEUE; i++) {
            assertEquals(i, answers.get(i).get());
        }
        assertEquals(7, pool.submit(() -> 7).get());
    }

    @Test
    void workThatThrowsFailsItsAnswerOnly() throws Exception {
        CompletableFuture<Integer> answer =
                pool.submit(
                        () -> {
                            throw new KvException(KvError.CORRUPT);
                        });
        assertEquals(KvError.CORRUPT, error(answer));
        assertEquals(7, pool.submit(() -> 7).get());
    }

    /** Whoever waits must not wait for ever, whatever has happened there. */
    @Test
    void anErrorFailsItsAnswerToo() throws Exception {
        CompletableFuture<Integer> answer =
                pool.submit(
                        () -> {
                            throw new StackOverflowError("deep");
                        });
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
        assertEquals("deep", failure.getCause().getMessage());
        assertEquals(7, pool.submit(() -> 7).get());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static KvError error(CompletableFuture<?> answer) {
        CompletionException failure = assertThrows(CompletionException.class, answer::join);
        return ((KvException) failure.getCause()).error();
    }
}
