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
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A blocking connection of the peer protocol, for what happens seldom and may wait: probes and
 * snapshots.
 */
final class PeerCall implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(PeerCall.class);
    private static final ByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private final Socket socket;
    private final Socket plain;
    private final DataInputStream in;
    private final OutputStream out;

    /** Since when a write has been under way, 0 for none: Java bounds reads only. */
    private volatile long writingSinceNanos;

    private PeerCall(Socket socket, Socket plain) throws IOException {
        this.socket = socket;
        this.plain = plain;
        this.in = new DataInputStream(socket.getInputStream());
        this.out =
                new BufferedOutputStream(new DataOutputStream(socket.getOutputStream()), 1 << 16);
    }

    /** Answer to a HELLO. */
    record Welcome(boolean published) {}

    /** Connects within {@code timeoutMillis}; every later read is bound by the same time. */
    static PeerCall connect(URI url, SSLSocketFactory tls, int timeoutMillis) throws IOException {
        Socket plain = new Socket();
        Socket socket = plain;
        try {
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            socket.setTcpNoDelay(true);
            if (tls != null) {
                socket = tls.createSocket(socket, url.getHost(), url.getPort(), true);
            }
            return new PeerCall(socket, plain);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    Welcome greet(Hello hello) throws IOException {
        out.write(PeerFrame.PREFACE);
        send(PeerFrame.Type.HELLO, hello::encode);
        flush();
        ByteBuf payload = receive(PeerFrame.Type.WELCOME);
        return new Welcome((first(payload) & 1) != 0);
    }

    void send(PeerFrame.Type type, Consumer<ByteBuf> body) throws IOException {
        ByteBuf frame = PeerFrame.encode(ALLOCATOR, type, body);
        writingSinceNanos = System.nanoTime() | 1;
        try {
            frame.readBytes(out, frame.readableBytes());
        } finally {
            writingSinceNanos = 0;
            frame.release();
        }
    }

    void flush() throws IOException {
        writingSinceNanos = System.nanoTime() | 1;
        try {
            out.flush();
        } finally {
            writingSinceNanos = 0;
        }
    }

    /** Whether a write has been waiting for that long for the other side to read. Thread: any. */
    boolean isStalled(long nowNanos, long nanosMax) {
        long since = writingSinceNanos;
        return since != 0 && nowNanos - since > nanosMax;
    }

    /** Ends a call from another thread; whatever it is doing fails. */
    void abort() {
        try {
            // Not the TLS socket: it would wait for the blocked write to say goodbye behind it.
            plain.close();
        } catch (IOException e) {
            LOG.debug("socket does not close: {}", e.toString());
        }
    }

    private static int first(ByteBuf payload) throws IOException {
        if (!payload.isReadable()) {
            throw new IOException("an empty answer");
        }
        return payload.readUnsignedByte();
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
            throw new IOException("the peer " + Refusal.describe(first(buffer)));
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
