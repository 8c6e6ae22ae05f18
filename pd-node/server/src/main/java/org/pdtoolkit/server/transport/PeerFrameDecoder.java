package org.pdtoolkit.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import java.util.List;

/** Cuts a peer connection into checked frames; anything else ends the connection. */
final class PeerFrameDecoder extends ByteToMessageDecoder {
    /** The first bytes are not the peer protocol's. */
    static final class NotAPeer extends DecoderException {
        private static final long serialVersionUID = 1L;
        private final boolean http;

        NotAPeer(boolean http) {
            super(
                    http
                            ? "an HTTP or gRPC client called the peer port"
                            : "the first bytes are not the peer protocol's");
            this.http = http;
        }

        boolean http() {
            return http;
        }
    }

    private boolean prefaceSeen;

    /** A stranger may make this side keep no more than a HELLO. */
    private int payloadBytesMax;

    /**
     * @param expectPreface whether the other side dialled
     */
    PeerFrameDecoder(boolean expectPreface) {
        this.prefaceSeen = !expectPreface;
        this.payloadBytesMax = expectPreface ? Hello.BYTES : PeerFrame.PAYLOAD_BYTES_MAX;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (!prefaceSeen && !readPreface(in)) {
            return;
        }
        if (in.readableBytes() < PeerFrame.HEADER_BYTES) {
            return;
        }
        int start = in.readerIndex();
        int length = in.getInt(start);
        if (length < 0 || length > payloadBytesMax) {
            throw new CorruptedFrameException(
                    "frame of "
                            + Integer.toUnsignedString(length)
                            + " bytes, at most "
                            + payloadBytesMax);
        }
        PeerFrame.Type type = PeerFrame.Type.of(in.getUnsignedByte(start + 4));
        if (type == null) {
            throw new CorruptedFrameException(
                    "frame type " + in.getUnsignedByte(start + 4) + " is unknown");
        }
        if (in.readableBytes() < PeerFrame.HEADER_BYTES + length) {
            return;
        }
        int checksum = PeerFrame.checksum(in, start + PeerFrame.HEADER_BYTES, length);
        if (checksum != in.getInt(start + 5)) {
            throw new CorruptedFrameException("checksum of a " + type + " frame does not match");
        }
        in.skipBytes(PeerFrame.HEADER_BYTES);
        payloadBytesMax = PeerFrame.PAYLOAD_BYTES_MAX;
        out.add(new PeerFrame(type, in.readRetainedSlice(length)));
    }

    /** Compares as much as has arrived, so that garbage is refused at its first byte. */
    private boolean readPreface(ByteBuf in) {
        int have = Math.min(in.readableBytes(), PeerFrame.PREFACE.length);
        for (int i = 0; i < have; i++) {
            if (in.getByte(in.readerIndex() + i) != PeerFrame.PREFACE[i]) {
                throw new NotAPeer(looksLikeHttp(in));
            }
        }
        if (have < PeerFrame.PREFACE.length) {
            return false;
        }
        in.skipBytes(have);
        prefaceSeen = true;
        return true;
    }

    private static boolean looksLikeHttp(ByteBuf in) {
        int have = Math.min(in.readableBytes(), 4);
        String head =
                in.toString(in.readerIndex(), have, java.nio.charset.StandardCharsets.ISO_8859_1);
        return List.of("GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PRI ").contains(head);
    }
}
