package org.pdtoolkit.server.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.raft.Entry;
import org.pdtoolkit.raft.EntryType;
import org.pdtoolkit.raft.Message;
import org.pdtoolkit.raft.MessageType;
import org.pdtoolkit.raft.Snapshot;

class MessageCodecTest {
    /** Bytes before the context: type, flags and seven numbers. */
    private static final int FIXED_BYTES = 2 + 7 * Long.BYTES;

    private static byte[] encode(Message message) {
        ByteBuf out = Unpooled.buffer();
        MessageCodec.encode(message, out);
        return ByteBufUtil.getBytes(out);
    }

    private static Message decode(byte[] bytes) {
        return MessageCodec.decode(Unpooled.wrappedBuffer(bytes));
    }

    private static List<Long> ids(SplittableRandom random) {
        return LongStream.generate(random::nextLong).limit(random.nextInt(4)).boxed().toList();
    }

    private static byte[] blob(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Any field may hold anything: the numbers are unsigned, so all 64 bits count. */
    private static Message random(MessageType type, SplittableRandom random) {
        List<Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            EntryType kind = EntryType.values()[random.nextInt(EntryType.values().length)];
            entries.add(new Entry(random.nextLong(), random.nextLong(), kind, blob(random)));
        }
        Snapshot snapshot = Snapshot.EMPTY;
        if (random.nextBoolean()) {
            ConfState members =
                    new ConfState(
                            ids(random),
                            ids(random),
                            ids(random),
                            ids(random),
                            random.nextBoolean());
            snapshot = new Snapshot(random.nextLong() | 1, random.nextLong(), members, new byte[0]);
        }
        return Message.builder(type)
                .to(random.nextLong())
                .from(random.nextLong())
                .term(random.nextLong())
                .logTerm(random.nextLong())
                .index(random.nextLong())
                .commit(random.nextLong())
                .rejectHint(random.nextLong())
                .reject(random.nextBoolean())
                .context(blob(random))
                .entries(entries)
                .snapshot(snapshot)
                .build();
    }

    private static void assertSame(Message expected, Message actual) {
        assertArrayEquals(expected.context(), actual.context());
        // Arrays have no equality of their own; the rest of the record has.
        byte[] none = new byte[0];
        assertEquals(
                expected.toBuilder().context(none).build(),
                actual.toBuilder().context(none).build());
    }

    @ParameterizedTest
    @EnumSource(MessageType.class)
    void whatIsEncodedIsReadBack(MessageType type) {
        SplittableRandom random = new SplittableRandom(type.number());
        for (int i = 0; i < 200; i++) {
            Message message = random(type, random);
            assertSame(message, decode(encode(message)));
        }
    }

    @ParameterizedTest
    @EnumSource(MessageType.class)
    void everyTruncationIsRefused(MessageType type) {
        SplittableRandom random = new SplittableRandom(100 + type.number());
        byte[] whole = encode(random(type, random));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> decode(cut), "length " + length);
        }
        byte[] longer = java.util.Arrays.copyOf(whole, whole.length + 1);
        assertThrows(IllegalArgumentException.class, () -> decode(longer));
    }

    @Test
    void flippedBitsGiveAnotherMessageOrARefusalAndNothingElse() {
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            MessageType type = MessageType.values()[random.nextInt(MessageType.values().length)];
            byte[] bytes = encode(random(type, random));
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                decode(bytes);
            } catch (IllegalArgumentException expected) {
                refused++;
            }
        }
        assertTrue(refused > 1_000, "too few refusals to mean anything: " + refused);
    }

    /** A count must be compared with what is there before anything of that size is made. */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            WHAT          | OFFSET | VALUE
            context       | 0      | 2147483647
            context       | 0      | -1
            context       | 0      | 9
            entries       | 4      | 2147483647
            entries       | 4      | -1
            entries       | 4      | 1
            """)
    void absurdCountsAreRefusedWithoutAllocation(String what, int offset, int value) {
        byte[] bytes = encode(Message.builder(MessageType.APP).to(1).from(2).build());
        Unpooled.wrappedBuffer(bytes).setInt(FIXED_BYTES + offset, value);
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> decode(bytes));
        assertTrue(refusal.getMessage().contains(String.valueOf(value)), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"2147483647", "-1", "4"})
    void anAbsurdEntryLengthIsRefused(int length) {
        Entry entry = new Entry(1, 1, EntryType.NORMAL, new byte[3]);
        byte[] bytes = encode(Message.builder(MessageType.APP).entries(List.of(entry)).build());
        int at = FIXED_BYTES + 4 + 4 + 8 + 8 + 1;
        assertEquals(3, Unpooled.wrappedBuffer(bytes).getInt(at));
        Unpooled.wrappedBuffer(bytes).setInt(at, length);
        assertThrows(IllegalArgumentException.class, () -> decode(bytes));
    }

    @Test
    void anAbsurdMemberCountOfASnapshotIsRefused() {
        Snapshot snapshot = new Snapshot(9, 2, ConfState.ofVoters(List.of(1L)), new byte[0]);
        byte[] bytes = encode(Message.builder(MessageType.SNAP).snapshot(snapshot).build());
        int at = FIXED_BYTES + 4 + 4 + 8 + 8 + 4 + 1;
        assertEquals(1, Unpooled.wrappedBuffer(bytes).getInt(at));
        for (int count : new int[] {2, 1024, 1025, Integer.MAX_VALUE, -1}) {
            Unpooled.wrappedBuffer(bytes).setInt(at, count);
            assertThrows(IllegalArgumentException.class, () -> decode(bytes), "count " + count);
        }
    }

    @ParameterizedTest
    @CsvSource({"24", "127", "255"})
    void anUnknownMessageTypeIsRefused(int number) {
        byte[] bytes = encode(Message.builder(MessageType.APP).build());
        bytes[0] = (byte) number;
        assertThrows(IllegalArgumentException.class, () -> decode(bytes));
    }

    @Test
    void aHelloIsReadBackAndAnyOtherLengthRefused() {
        Hello hello =
                new Hello(
                        PeerFrame.Stream.BULK,
                        -1,
                        Long.MIN_VALUE,
                        7,
                        8,
                        100,
                        List.of("http://a:1", ""));
        ByteBuf out = Unpooled.buffer();
        hello.encode(out);
        byte[] bytes = ByteBufUtil.getBytes(out);
        assertEquals(hello, Hello.decode(Unpooled.wrappedBuffer(bytes)));
        for (int length : new int[] {0, 1, bytes.length - 1, bytes.length + 1}) {
            ByteBuf other = Unpooled.wrappedBuffer(java.util.Arrays.copyOf(bytes, length));
            assertThrows(IllegalArgumentException.class, () -> Hello.decode(other));
        }
        bytes[0] = (byte) PeerFrame.Stream.values().length;
        assertThrows(
                IllegalArgumentException.class, () -> Hello.decode(Unpooled.wrappedBuffer(bytes)));
    }
}
