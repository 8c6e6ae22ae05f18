package org.pdtoolkit.tests.discovery;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pdtoolkit.tests.process.Ports;

/** A name server that knows SRV records only. */
final class DnsStub implements AutoCloseable {
    private static final int SRV = 33;
    private static final int CLASS_IN = 1;
    private static final int ANSWER = 0x8580;
    private static final int NO_SUCH_NAME = 3;
    private static final int NAME_OF_THE_QUESTION = 0xc00c;
    private static final int HEADER_BYTES = 12;

    /** One target of a service. */
    record Target(String host, int port) {}

    private final Map<String, List<Target>> records = new ConcurrentHashMap<>();
    private final DatagramSocket socket;

    DnsStub() {
        try {
            socket =
                    new DatagramSocket(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), Ports.free(1)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        new Thread(this::serve, "dns-stub").start();
    }

    /** What --discovery-srv takes to ask this server. */
    String domain(String name) {
        return "dns://127.0.0.1:" + socket.getLocalPort() + "/" + name;
    }

    void add(String name, Target... targets) {
        records.put(name, List.of(targets));
    }

    private void serve() {
        byte[] buffer = new byte[512];
        while (true) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                byte[] answer = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(ByteBuffer query) throws IOException {
        int id = query.getShort(0);
        query.position(HEADER_BYTES);
        StringBuilder name = new StringBuilder();
        for (int length = query.get(); length > 0; length = query.get()) {
            byte[] label = new byte[length];
            query.get(label);
            name.append(name.length() == 0 ? "" : ".")
                    .append(new String(label, StandardCharsets.UTF_8));
        }
        byte[] question = new byte[query.position() + 4 - HEADER_BYTES];
        query.get(HEADER_BYTES, question);
        List<Target> targets = records.getOrDefault(name.toString(), List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (int field :
                new int[] {
                    id, ANSWER | (targets.isEmpty() ? NO_SUCH_NAME : 0), 1, targets.size(), 0, 0
                }) {
            out.writeShort(field);
        }
        out.write(question);
        for (Target target : targets) {
            out.writeShort(NAME_OF_THE_QUESTION);
            out.writeShort(SRV);
            out.writeShort(CLASS_IN);
            out.writeInt(60);
            byte[] host = encoded(target.host());
            out.writeShort(6 + host.length);
            out.writeShort(0);
            out.writeShort(0);
            out.writeShort(target.port());
            out.write(host);
        }
        return bytes.toByteArray();
    }

    private static byte[] encoded(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            out.write(label.length());
            out.writeBytes(label.getBytes(StandardCharsets.UTF_8));
        }
        out.write(0);
        return out.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
