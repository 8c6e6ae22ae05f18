package org.pdtoolkit.server.port;

import io.netty.channel.group.ChannelGroup;
import io.netty.handler.ssl.SslContext;
import java.util.Optional;

/**
 * What every connection of a port shares.
 *
 * @param open connections that are open now
 */
record ConnectionSetup(
        Optional<SslContext> tls, PortLimits limits, HttpHandler http, ChannelGroup open) {}
