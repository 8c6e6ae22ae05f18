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

        NotAPeer() {
            super("the first bytes are not the peer protocol's");
        }
    }

    private boolean prefaceSeen;

    /** A stranger may make this side keep no more than a HELLO. */
    private int payloadBytesMax;

    /** Takes over when the caller speaks HTTP. */
    private final PeerHttp http;

    /** For the calling side. */
    PeerFrameDecoder() {
        this.prefaceSeen = true;
        this.payloadBytesMax = PeerFrame.PAYLOAD_BYTES_MAX;
        this.http = null;
    }

    /** For the called side, which expects a preface first. */
    PeerFrameDecoder(PeerHttp http) {
        this.prefaceSeen = false;
        this.payloadBytesMax = Hello.BYTES_MAX;
        this.http = http;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (!prefaceSeen && !readPreface(context, in)) {
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
    private boolean readPreface(ChannelHandlerContext context, ByteBuf in) {
        int have = Math.min(in.readableBytes(), PeerFrame.PREFACE.length);
        for (int i = 0; i < have; i++) {
            if (in.getByte(in.readerIndex() + i) != PeerFrame.PREFACE[i]) {
                if (looksLikeHttp(in)) {
                    http.takeOver(context);
                    return false;
                }
                throw new NotAPeer();
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
