package org.pdtoolkit.server.runtime;

import java.util.concurrent.Semaphore;
import org.pdtoolkit.kv.watch.WatchHub;

/** The watch thread: delivers what the watches wait for, and so calls all their listeners. */
final class WatchLoop implements Worker {
    private final NodeContext context;
    private final WatchHub watches;
    private final Semaphore news = new Semaphore(0);
    private volatile boolean running = true;

    WatchLoop(NodeContext context, WatchHub watches) {
        this.context = context;
        this.watches = watches;
        watches.onWork(news::release);
    }

    void stop() {
        running = false;
        news.release();
    }

    @Override
    public void run() {
        try {
            while (running) {
                news.acquire();
                news.drainPermits();
                while (running && watches.work()) {
                    // the next step
                }
            }
        } catch (InterruptedException e) {
            context.onFatal()
                    .accept(new IllegalStateException("the watch thread was interrupted", e));
        } catch (RuntimeException | Error e) {
            context.onFatal().accept(e);
        }
    }

    @Override
    public boolean hasWork() {
        return watches.hasWork();
    }

    @Override
    public void turn() {
        watches.work();
    }
}
