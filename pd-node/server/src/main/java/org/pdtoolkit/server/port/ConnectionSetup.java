package org.pdtoolkit.server.port;

import io.netty.channel.group.ChannelGroup;
import io.netty.handler.ssl.SslContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What every connection of a port shares.
 *
 * @param open connections that are open now
 * @param gate until it completes, connections are accepted but not read
 */
record ConnectionSetup(
        Optional<SslContext> tls,
        PortLimits limits,
        HttpHandler http,
        ChannelGroup open,
        CompletableFuture<?> gate) {}
