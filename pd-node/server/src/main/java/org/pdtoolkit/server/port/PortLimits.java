package org.pdtoolkit.server.port;

import java.time.Duration;

/**
 * Bounds of the client port.
 *
 * @param connectionsMax open connections; a further one is closed at once
 * @param handshake time for the first bytes of a connection, the TLS handshake and the HTTP/2
 *     preface included
 * @param httpRequest time for one HTTP/1.1 request to arrive completely
 * @param httpIdle time a kept-alive HTTP/1.1 connection may stay without a request, and an answer
 *     may stay without progress
 * @param headerBytesMax request line and header fields, each
 * @param httpBodyBytesMax body of an HTTP/1.1 request
 * @param messageBytesMax one gRPC message
 * @param streamsMax concurrent calls on one HTTP/2 connection
 * @param closeGrace time that calls under way get when the port closes
 * @param ioThreads network loops
 */
public record PortLimits(
        int connectionsMax,
        Duration handshake,
        Duration httpRequest,
        Duration httpIdle,
        int headerBytesMax,
        int httpBodyBytesMax,
        int messageBytesMax,
        int streamsMax,
        Duration closeGrace,
        int ioThreads) {
    private static final int MIB = 1 << 20;

    /** The bounds of the reliability goals and, for messages, of the original. */
    public static PortLimits defaults() {
        return new PortLimits(
                10_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofMinutes(3),
                64 << 10,
                16 * MIB,
                150 * MIB + (512 << 10),
                1_000,
                Duration.ofSeconds(2),
                // Half the cores: a loop that serves several connections wakes up less often. With
                // four clients on two cores one loop took 0.58 of the CPU of the original, two
                // 0.78.
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }

    /** These bounds with others for gRPC. */
    public PortLimits forMessages(int newMessageBytesMax, int newStreamsMax) {
        return new PortLimits(
                connectionsMax,
                handshake,
                httpRequest,
                httpIdle,
                headerBytesMax,
                httpBodyBytesMax,
                newMessageBytesMax,
                newStreamsMax,
                closeGrace,
                ioThreads);
    }
}
