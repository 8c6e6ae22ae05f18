package org.pdtoolkit.server.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;

/**
 * A blocking connection of the peer protocol, for what happens seldom and may wait: probes and
 * snapshots.
 */
final class PeerCall implements AutoCloseable {
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private PeerCall(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out =
                new BufferedOutputStream(new DataOutputStream(socket.getOutputStream()), 1 << 16);
    }

    /** Answer to a HELLO. */
    record Welcome(boolean published) {}

    /** Connects within {@code timeoutMillis}; every later read is bound by the same time. */
    static PeerCall connect(URI url, SSLSocketFactory tls, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            socket.setTcpNoDelay(true);
            if (tls != null) {
                socket = tls.createSocket(socket, url.getHost(), url.getPort(), true);
            }
            return new PeerCall(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    Welcome greet(Hello hello) throws IOException {
        out.write(PeerFrame.PREFACE);
        send(PeerFrame.Type.HELLO, hello::encode);
        flush();
        ByteBuf payload = receive(PeerFrame.Type.WELCOME);
        return new Welcome((payload.readUnsignedByte() & 1) != 0);
    }

    void send(PeerFrame.Type type, Consumer<ByteBuf> body) throws IOException {
        ByteBuf frame = PeerFrame.encode(ALLOCATOR, type, body);
        try {
            frame.readBytes(out, frame.readableBytes());
        } finally {
            frame.release();
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    ByteBuf receive(PeerFrame.Type expected) throws IOException {
        int length = in.readInt();
        PeerFrame.Type type = PeerFrame.Type.of(in.readUnsignedByte());
        int checksum = in.readInt();
        if (length < 0 || length > PeerFrame.PAYLOAD_BYTES_MAX) {
            throw new IOException("frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException("connection ended inside a frame");
        }
        ByteBuf buffer = Unpooled.wrappedBuffer(payload);
        if (PeerFrame.checksum(buffer, 0, length) != checksum) {
            throw new IOException("checksum of a " + type + " frame does not match");
        }
        if (type == PeerFrame.Type.REFUSED) {
            throw new IOException("the peer " + Refusal.describe(buffer.readUnsignedByte()));
        }
        if (type != expected) {
            throw new IOException("expected " + expected + ", got " + type);
        }
        return buffer;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
