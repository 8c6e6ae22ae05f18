package org.pdtoolkit.server.transport;

import io.netty.buffer.ByteBuf;

/**
 * First frame of a connection: who calls whom, and why.
 *
 * @param promiseMillis see {@link PeerHandler#promiseMillis}
 */
record Hello(
        PeerFrame.Stream stream,
        long clusterId,
        long incarnation,
        long from,
        long to,
        int promiseMillis) {
    static final int BYTES = 1 + 4 * Long.BYTES + Integer.BYTES;

    void encode(ByteBuf out) {
        out.writeByte(stream.ordinal());
        out.writeLong(clusterId).writeLong(incarnation).writeLong(from).writeLong(to);
        out.writeInt(promiseMillis);
    }

    static Hello decode(ByteBuf in) {
        if (in.readableBytes() != BYTES) {
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
                        in.readInt());
        if (hello.promiseMillis() < 0) {
            throw new IllegalArgumentException("promise of " + hello.promiseMillis() + " ms");
        }
        return hello;
    }
}
