package org.pdtoolkit.server.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.function.Consumer;
import org.pdtoolkit.raft.Message;

/** A caller of the peer port that says whatever a test wants, byte by byte. */
final class RawPeer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    /** A frame as it came. */
    record Answer(PeerFrame.Type type, byte[] payload) {}

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

    RawPeer(InetSocketAddress address) throws IOException {
        socket.connect(address, PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    static byte[] frame(PeerFrame.Type type, Consumer<ByteBuf> body) {
        ByteBuf frame = PeerFrame.encode(UnpooledByteBufAllocator.DEFAULT, type, body);
        byte[] bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes).release();
        return bytes;
    }

    /** A frame whose header says whatever it is told. */
    static byte[] header(int length, int type, int checksum) {
        return Unpooled.buffer(PeerFrame.HEADER_BYTES)
                .writeInt(length)
                .writeByte(type)
                .writeInt(checksum)
                .array();
    }

    /** Queues bytes; what is queued leaves in one write. */
    RawPeer say(byte[] bytes) {
        unsent.writeBytes(bytes);
        return this;
    }

    RawPeer say(PeerFrame.Type type, byte... payload) {
        return say(frame(type, out -> out.writeBytes(payload)));
    }

    RawPeer say(Message message) {
        return say(frame(PeerFrame.Type.MESSAGE, out -> MessageCodec.encode(message, out)));
    }

    RawPeer hello(PeerFrame.Stream stream, long from, long to) {
        Hello hello = new Hello(stream, TestPeer.CLUSTER, 0, from, to, 100, List.of());
        return preface().say(frame(PeerFrame.Type.HELLO, hello::encode));
    }

    RawPeer preface() {
        return say(PeerFrame.PREFACE);
    }

    RawPeer flush() throws IOException {
        try {
            socket.getOutputStream().write(unsent.toByteArray());
        } catch (SocketException e) {
            // The other side may hang up before it has heard everything: its answer tells.
        }
        unsent.reset();
        return this;
    }

    Answer answer() throws IOException {
        int length = in.readInt();
        PeerFrame.Type type = PeerFrame.Type.of(in.readUnsignedByte());
        in.readInt();
        return new Answer(type, in.readNBytes(length));
    }

    RawPeer expect(PeerFrame.Type type) throws IOException {
        assertEquals(type, answer().type());
        return this;
    }

    /** All that comes until the other side hangs up; a reset counts as that. */
    byte[] untilClosed() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException reset) {
            return all.toByteArray();
        }
        return all.toByteArray();
    }

    void expectClosed() throws IOException {
        assertEquals(0, untilClosed().length, "an answer instead of the end");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
