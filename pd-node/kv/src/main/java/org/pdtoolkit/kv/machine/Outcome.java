package org.pdtoolkit.kv.machine;

import java.util.List;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;

/** What applying a command came to. */
public sealed interface Outcome {
    /** Answer to a {@link Command.Write}. */
    record Done(OpResult result) implements Outcome {}

    /** Answer to a grant or revocation; after a revocation ttl is 0. */
    record Leased(ReplicatedKv.Lease lease) implements Outcome {}

    /**
     * Answer to a {@link Command.Compact}.
     *
     * @param revision current store revision
     */
    record Compacted(long revision) implements Outcome {}

    /** Answer to a {@link Command.Auth}. */
    record AuthChanged(AuthControl.Changed changed) implements Outcome {}

    /** Answer to a change of alarms: the one that was set or removed, if any. */
    record Alarmed(List<Alarm> alarms) implements Outcome {
        public Alarmed {
            alarms = List.copyOf(alarms);
        }
    }

    /** Nothing was changed but the applied index. */
    record Refused(KvError error) implements Outcome {}
}
