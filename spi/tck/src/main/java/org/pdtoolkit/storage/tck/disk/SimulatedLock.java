package org.pdtoolkit.storage.tck.disk;

import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLock;

/** A held range of a file. Thread: safe. */
final class SimulatedLock extends FileLock {
    private final SimulatedChannel holder;
    private volatile boolean released;

    SimulatedLock(SimulatedChannel holder, long position, long size, boolean shared) {
        super(holder, position, size, shared);
        this.holder = holder;
    }

    @Override
    public boolean isValid() {
        return !released && holder.isOpen();
    }

    @Override
    public void release() throws ClosedChannelException {
        if (!holder.isOpen()) {
            throw new ClosedChannelException();
        }
        released = true;
    }
}
