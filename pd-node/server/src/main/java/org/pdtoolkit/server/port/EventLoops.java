package org.pdtoolkit.server.port;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The network loops of a port: epoll where its native library loads, NIO elsewhere. */
final class EventLoops implements AutoCloseable {
    private final EventLoopGroup boss;
    private final EventLoopGroup workers;
    private final Class<? extends ServerChannel> channelType;

    private EventLoops(
            IoHandlerFactory factory, Class<? extends ServerChannel> channelType, int threads) {
        this.boss = new MultiThreadIoEventLoopGroup(1, name("client-port-accept"), factory);
        this.workers = new MultiThreadIoEventLoopGroup(threads, name("client-port"), factory);
        this.channelType = channelType;
    }

    static EventLoops open(int threads) {
        return Epoll.isAvailable()
                ? new EventLoops(
                        EpollIoHandler.newFactory(), EpollServerSocketChannel.class, threads)
                : new EventLoops(NioIoHandler.newFactory(), NioServerSocketChannel.class, threads);
    }

    EventLoopGroup boss() {
        return boss;
    }

    EventLoopGroup workers() {
        return workers;
    }

    Class<? extends ServerChannel> channelType() {
        return channelType;
    }

    @Override
    public void close() {
        boss.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        workers.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static DefaultThreadFactory name(String pool) {
        return new DefaultThreadFactory(pool, true);
    }
}
