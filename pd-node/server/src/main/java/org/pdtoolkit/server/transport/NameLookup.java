package org.pdtoolkit.server.transport;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Finds the addresses of peers' host names away from the event loop: a name server that does not
 * answer must hold up nobody's heartbeats. Thread: safe; a thread for each lookup under way, of
 * which a link has one at most.
 */
final class NameLookup extends AddressResolverGroup<InetSocketAddress> {
    /** Blocks; the machine's resolver and its cache, except in tests. */
    interface Names {
        InetAddress address(String host) throws UnknownHostException;
    }

    private final Names names;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(new DefaultThreadFactory("peer-names", true));

    NameLookup(Names names) {
        this.names = names;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetSocketAddressResolver(executor, new OffLoop(executor));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        super.close();
    }

    private final class OffLoop extends InetNameResolver {
        OffLoop(EventExecutor executor) {
            super(executor);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
            try {
                threads.execute(() -> answer(host, promise));
            } catch (RejectedExecutionException e) {
                promise.tryFailure(e);
            }
        }

        private void answer(String host, Promise<InetAddress> promise) {
            InetAddress found = null;
            UnknownHostException failure = null;
            try {
                found = names.address(host);
            } catch (UnknownHostException e) {
                failure = e;
            }
            if (threads.isShutdown()) {
                return; // the loop that would hear of it may have ended
            }
            if (failure == null) {
                promise.trySuccess(found);
            } else {
                promise.tryFailure(failure);
            }
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            throw new UnsupportedOperationException("one address is dialled at a time");
        }
    }
}
