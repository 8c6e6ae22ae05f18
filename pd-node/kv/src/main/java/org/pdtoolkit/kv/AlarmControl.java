package org.pdtoolkit.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Alarms of the cluster. Thread: any; never blocks. Futures complete like those of {@link
 * ReplicatedKv}.
 */
public interface AlarmControl {
    /** The same in the name of a client. */
    AlarmControl as(Identity client);

    /** What this member has applied, by type and member. */
    List<Alarm> local();

    /** Linearizable. */
    CompletableFuture<List<Alarm>> current();

    /** Revision of the keys, for answers about local or current alarms. */
    long storeRevision();

    /** Sets an alarm by hand; nothing new if it is set. Answers it. */
    CompletableFuture<List<Alarm>> activate(long memberId, Alarm.Type type);

    /** Removes an alarm. Answers it, or nothing if it was not set. */
    CompletableFuture<List<Alarm>> deactivate(long memberId, Alarm.Type type);
}
