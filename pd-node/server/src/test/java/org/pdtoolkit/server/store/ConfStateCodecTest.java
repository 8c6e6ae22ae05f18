package org.pdtoolkit.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.raft.ConfState;

class ConfStateCodecTest {
    private static List<Long> ids(SplittableRandom random) {
        return LongStream.generate(random::nextLong).limit(random.nextInt(6)).boxed().toList();
    }

    private static ConfState random(SplittableRandom random) {
        return new ConfState(
                ids(random), ids(random), ids(random), ids(random), random.nextBoolean());
    }

    @Test
    void whatIsEncodedIsReadBack() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            ConfState state = random(random);
            assertEquals(state, ConfStateCodec.decode(ConfStateCodec.encode(state)));
        }
    }

    @Test
    void noBytesAreTheEmptyConfiguration() {
        assertEquals(ConfState.EMPTY, ConfStateCodec.decode(Bytes.EMPTY));
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] whole =
                ConfStateCodec.encode(
                                new ConfState(
                                        List.of(1L, 2L), List.of(3L), List.of(4L), List.of(), true))
                        .toArray();
        for (int length = 1; length < whole.length; length++) {
            Bytes cut = Bytes.wrap(Arrays.copyOf(whole, length));
            assertThrows(IllegalArgumentException.class, () -> ConfStateCodec.decode(cut));
        }
        Bytes longer = Bytes.wrap(Arrays.copyOf(whole, whole.length + 1));
        assertThrows(IllegalArgumentException.class, () -> ConfStateCodec.decode(longer));
    }

    @Test
    void flippedBitsGiveAnotherConfigurationOrARefusalAndNothingElse() {
        SplittableRandom random = new SplittableRandom(2);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = ConfStateCodec.encode(random(random)).toArray();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                ConfStateCodec.decode(Bytes.wrap(bytes));
            } catch (IllegalArgumentException expected) {
                refused++;
            }
        }
        assertTrue(refused > 1_000, "too few refusals to mean anything: " + refused);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_025, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void anAbsurdCountIsRefused(int count) {
        byte[] bytes = ByteBuffer.allocate(64).put((byte) 0).putInt(count).array();
        IllegalArgumentException refusal =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ConfStateCodec.decode(Bytes.wrap(bytes)));
        assertTrue(refusal.getMessage().contains(String.valueOf(count)), refusal.getMessage());
    }
}
