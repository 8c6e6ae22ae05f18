package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Member;

/** What the runtime writes into log entries, member records and the log's first record. */
class RecordCodecsTest {
    private static String text(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            // With the code points that modified UTF-8 treats its own way: 0, and beyond the BMP.
            text.appendCodePoint(random.nextInt(3) == 0 ? 0x1F600 : random.nextInt(0x700));
        }
        return text.toString();
    }

    private static List<String> texts(SplittableRandom random) {
        List<String> texts = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            texts.add(text(random));
        }
        return texts;
    }

    private static Member member(SplittableRandom random) {
        return new Member(
                random.nextLong(),
                text(random),
                texts(random),
                texts(random),
                random.nextBoolean());
    }

    @ParameterizedTest
    @EnumSource(Envelope.Kind.class)
    void anEnvelopeIsReadBack(Envelope.Kind kind) {
        SplittableRandom random = new SplittableRandom(kind.ordinal());
        for (int i = 0; i < 200; i++) {
            byte[] payload = new byte[random.nextInt(50)];
            random.nextBytes(payload);
            Envelope envelope = new Envelope(kind, random.nextLong(), Bytes.wrap(payload));
            assertEquals(envelope, Envelope.decode(envelope.encode()));
        }
    }

    @Test
    void anEnvelopeCutInsideItsHeaderIsRefused() {
        byte[] whole = new Envelope(Envelope.Kind.KV, 5, Bytes.EMPTY).encode();
        assertEquals(Envelope.HEADER_BYTES, whole.length);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> Envelope.decode(cut));
        }
    }

    @Test
    void everyOtherVersionOrKindOfEnvelopeIsRefused() {
        byte[] good = new Envelope(Envelope.Kind.PUBLISH, 5, Bytes.EMPTY).encode();
        for (int value = 0; value < 256; value++) {
            byte[] version = good.clone();
            version[0] = (byte) value;
            if (value != 1) {
                assertThrows(IllegalArgumentException.class, () -> Envelope.decode(version));
            }
            byte[] kind = good.clone();
            kind[1] = (byte) value;
            if (value >= Envelope.Kind.values().length) {
                assertThrows(IllegalArgumentException.class, () -> Envelope.decode(kind));
            }
        }
    }

    @Test
    void aMemberIsReadBack() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 500; i++) {
            Member member = member(random);
            assertEquals(member, MemberCodec.decode(MemberCodec.encode(member)));
        }
    }

    @Test
    void everyTruncationOfAMemberIsRefused() {
        Member member =
                new Member(7, "pd1", List.of("http://h:2380"), List.of("http://h:2379"), false);
        byte[] whole = MemberCodec.encode(member).toArray();
        for (int length = 0; length < whole.length; length++) {
            Bytes cut = Bytes.wrap(Arrays.copyOf(whole, length));
            assertThrows(IllegalArgumentException.class, () -> MemberCodec.decode(cut));
        }
        Bytes longer = Bytes.wrap(Arrays.copyOf(whole, whole.length + 1));
        assertThrows(IllegalArgumentException.class, () -> MemberCodec.decode(longer));
    }

    @Test
    void flippedBitsGiveAnotherMemberOrARefusalAndNothingElse() {
        SplittableRandom random = new SplittableRandom(4);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = MemberCodec.encode(member(random)).toArray();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                MemberCodec.decode(Bytes.wrap(bytes));
            } catch (IllegalArgumentException expected) {
                refused++;
            }
        }
        assertTrue(refused > 1_000, "too few refusals to mean anything: " + refused);
    }

    /** A record that is written but cannot be read would stop every member that applies it. */
    @ParameterizedTest
    @ValueSource(ints = {64, 65, 256, 257})
    void aMemberIsWrittenOnlyIfItCanBeRead(int urls) {
        Member member =
                new Member(1, "m", Collections.nCopies(urls, "http://h:1"), List.of(), false);
        if (urls <= 64) {
            assertEquals(member, MemberCodec.decode(MemberCodec.encode(member)));
        } else {
            assertThrows(IllegalArgumentException.class, () -> MemberCodec.encode(member));
        }
    }

    @Test
    void aNameAbove64KiBIsRefused() {
        Member member = new Member(1, "x".repeat(70_000), List.of(), List.of(), false);
        assertThrows(IllegalArgumentException.class, () -> MemberCodec.encode(member));
    }

    @Test
    void anIdentityIsReadBackAndAnythingElseRefused() {
        ClusterIdentity identity = new ClusterIdentity(-2, Long.MIN_VALUE);
        byte[] bytes = identity.encode().toArray();
        assertEquals(identity, ClusterIdentity.decode(Bytes.wrap(bytes)));
        for (int length : new int[] {0, 1, bytes.length - 1, bytes.length + 1}) {
            Bytes other = Bytes.wrap(Arrays.copyOf(bytes, length));
            assertThrows(NodeStartException.class, () -> ClusterIdentity.decode(other));
        }
        bytes[0] = 2;
        assertThrows(NodeStartException.class, () -> ClusterIdentity.decode(Bytes.wrap(bytes)));
    }
}
