package org.pdtoolkit.server.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.auth.AlarmTable;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;

/**
 * Keeps the store of this member below its quota: refuses requests that would fill it, raises the
 * NOSPACE alarm through the log, and takes it back once there is space again. An alarm set by hand
 * is left alone.
 *
 * <p>What counts is live data: what a compaction leaves behind is the backend's to clean up, and
 * within bounds of the live data.
 *
 * <p>Thread: any.
 */
final class StoreQuota {
    private static final Logger LOG = LogManager.getLogger(StoreQuota.class);

    /** Below this part of the quota the alarm ends: well below, so that it does not flap. */
    private static final int CLEAR_PERCENT = 90;

    private final long memberId;
    private final long quotaBytes;
    private final LongSupplier usedBytes;
    private final KvMachine machine;
    private final KvService kv;

    /** Whether a change of the alarm is on its way through the log. */
    private final AtomicBoolean changing = new AtomicBoolean();

    StoreQuota(
            long memberId,
            long quotaBytes,
            LongSupplier usedBytes,
            KvMachine machine,
            KvService kv) {
        this.memberId = memberId;
        this.quotaBytes = quotaBytes;
        this.usedBytes = usedBytes;
        this.machine = machine;
        this.kv = kv;
    }

    /**
     * Refuses what does not fit.
     *
     * @param cost bytes; nothing is refused that takes none
     * @throws KvException NO_SPACE
     */
    void require(long cost) {
        if (cost > 0 && usedBytes.getAsLong() + cost >= quotaBytes) {
            raise();
            throw new KvException(KvError.NO_SPACE);
        }
    }

    /** Looks at what the applied entries have made of the store. To be called now and then. */
    void check() {
        long used = usedBytes.getAsLong();
        if (used >= quotaBytes) {
            raise();
        } else if (used < quotaBytes / 100 * CLEAR_PERCENT) {
            clear();
        }
    }

    private void raise() {
        if (alarm() == null && changing.compareAndSet(false, true)) {
            LOG.warn(
                    "the store is full: alarm=NOSPACE used={} quota={}",
                    usedBytes.getAsLong(),
                    quotaBytes);
            propose(new Command.AlarmSet(new Alarm(memberId, Alarm.Type.NOSPACE, true)));
        }
    }

    private void clear() {
        Alarm alarm = alarm();
        if (alarm != null && alarm.automatic() && changing.compareAndSet(false, true)) {
            LOG.info(
                    "the store has space again: alarm=NOSPACE used={} quota={}",
                    usedBytes.getAsLong(),
                    quotaBytes);
            propose(new Command.AlarmClear(memberId, Alarm.Type.NOSPACE, true));
        }
    }

    private Alarm alarm() {
        return AlarmTable.find(machine.alarms(), memberId, Alarm.Type.NOSPACE);
    }

    private void propose(Command command) {
        kv.propose(Envelope.Kind.KV, command.encode())
                .whenComplete((outcome, failure) -> changing.set(false));
    }
}
