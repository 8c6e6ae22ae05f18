package org.pdtoolkit.server.transport;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * First frame of a connection: who calls whom, and why.
 *
 * @param promiseMillis see {@link PeerHandler#promiseMillis}
 * @param urls where the caller can be reached, for a member that has not heard of it yet
 */
record Hello(
        PeerFrame.Stream stream,
        long clusterId,
        long incarnation,
        long from,
        long to,
        int promiseMillis,
        List<String> urls) {
    private static final int FIXED_BYTES = 1 + 4 * Long.BYTES + Integer.BYTES + 1;
    static final int BYTES_MAX = 4_096;

    Hello {
        urls = List.copyOf(urls);
    }

    void encode(ByteBuf out) {
        out.writeByte(stream.ordinal());
        out.writeLong(clusterId).writeLong(incarnation).writeLong(from).writeLong(to);
        out.writeInt(promiseMillis);
        int room = BYTES_MAX - FIXED_BYTES;
        int countAt = out.writerIndex();
        int count = 0;
        out.writeByte(count);
        for (String url : urls) {
            byte[] text = url.getBytes(StandardCharsets.UTF_8);
            room -= Short.BYTES + text.length;
            if (room < 0) {
                break;
            }
            out.writeShort(text.length).writeBytes(text);
            out.setByte(countAt, ++count);
        }
    }

    static Hello decode(ByteBuf in) {
        if (in.readableBytes() < FIXED_BYTES) {
            throw new IllegalArgumentException("HELLO of " + in.readableBytes() + " bytes");
        }
        PeerFrame.Stream stream = PeerFrame.Stream.of(in.readUnsignedByte());
        Hello hello =
                new Hello(
                        stream,
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readInt(),
                        urls(in));
        if (hello.promiseMillis() < 0) {
            throw new IllegalArgumentException("promise of " + hello.promiseMillis() + " ms");
        }
        if (in.isReadable()) {
            throw new IllegalArgumentException("HELLO goes on behind its end");
        }
        return hello;
    }

    private static List<String> urls(ByteBuf in) {
        int count = in.readUnsignedByte();
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (in.readableBytes() < Short.BYTES
                    || in.readableBytes() < Short.BYTES + in.getUnsignedShort(in.readerIndex())) {
                throw new IllegalArgumentException("HELLO ends within its URLs");
            }
            urls.add(
                    in.readCharSequence(in.readUnsignedShort(), StandardCharsets.UTF_8).toString());
        }
        return urls;
    }
}
