package org.pdtoolkit.tests.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Free loopback ports below the ephemeral range, where nobody connects to himself by accident. */
public final class Ports {
    /** Test classes run in two processes at a time (pom.xml), each with ports of its own. */
    private static final int COUNT = 5_950;

    private static final int FIRST = 20_000 + COUNT * (Integer.getInteger("test.fork", 1) - 1);

    private Ports() {}

    /** The first of {@code count} consecutive free ports. */
    public static int free(int count) {
        for (int attempt = 0; attempt < 200; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(FIRST, FIRST + COUNT - count);
            boolean free = true;
            for (int port = first; free && port < first + count; port++) {
                free = isFree(port);
            }
            if (free) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " free ports in a row");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
