package org.pdtoolkit.kv.machine;

import java.util.Iterator;
import java.util.List;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.kv.StoreHash;
import org.pdtoolkit.kv.WatchListener;
import org.pdtoolkit.kv.WatchRequest;
import org.pdtoolkit.kv.auth.AlarmTable;
import org.pdtoolkit.kv.auth.AuthState;
import org.pdtoolkit.kv.auth.AuthStore;
import org.pdtoolkit.kv.auth.OpAccess;
import org.pdtoolkit.kv.lease.LeaseTable;
import org.pdtoolkit.kv.mvcc.HistoryHash;
import org.pdtoolkit.kv.mvcc.LeaseMove;
import org.pdtoolkit.kv.mvcc.MvccState;
import org.pdtoolkit.kv.mvcc.MvccStore;
import org.pdtoolkit.kv.mvcc.RangeReader;
import org.pdtoolkit.kv.mvcc.WriteTxn;
import org.pdtoolkit.kv.txn.Executor;
import org.pdtoolkit.kv.txn.OpCheck;
import org.pdtoolkit.kv.watch.WatchHub;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.OrderedStore;

/**
 * The replicated key-value state machine: keys with revisions, transactions, leases, watches, with
 * etcd's semantics; and the users, roles and alarms that decide whether they may be used.
 *
 * <p>Thread: {@link #apply}, {@link #advance}, {@link #install} and {@link #reload} are for the one
 * apply thread, which also owns the writing side of the store; everything else is for any thread.
 * Storage faults ({@link org.pdtoolkit.storage.StorageException}) pass through; after FULL the same
 * command may be applied again.
 */
public final class KvMachine {
    private final OrderedStore store;
    private final KvLimits limits;
    private final MvccStore mvcc;
    private final LeaseTable leases = new LeaseTable();
    private final WatchHub watches;
    private final AuthStore auth;
    private final AlarmTable alarms;
    private final Admission admission;

    /** Written by the apply thread only, as is the next. */
    private volatile long puts;

    private volatile long deletes;

    /** What one command is going to change. */
    private static final class Staging implements AutoCloseable {
        private final Batch batch = new Batch();
        private final WriteTxn txn;
        private long compactRevision;
        private Command.LeaseGrant granted;
        private Command.LeaseRevoke revoked;
        private AuthState authAfter;
        private List<Alarm> alarmsAfter;

        Staging(MvccStore mvcc) {
            txn = mvcc.begin();
            compactRevision = txn.compactRevision();
        }

        @Override
        public void close() {
            txn.close();
        }
    }

    public KvMachine(OrderedStore store) {
        this(store, KvLimits.DEFAULT);
    }

    /** Loads keys, leases and revision from {@code store}; its values stay there. */
    public KvMachine(OrderedStore store, KvLimits limits) {
        this.store = store;
        this.limits = limits;
        mvcc = new MvccStore(store, limits.compactionStepRecords());
        watches = new WatchHub(mvcc);
        LeaseRecords.load(store, mvcc.state().index(), leases);
        auth = new AuthStore(store);
        alarms = new AlarmTable(store);
        admission = new Admission(auth, alarms, leases);
    }

    /**
     * Applies a committed command with exactly one commit of the store, also when it is refused.
     * When this returns, readers see the outcome and the watches know of it.
     *
     * @param at the command's place in the log
     */
    public Outcome apply(AppliedState at, Command command) {
        Staging staging = new Staging(mvcc);
        Outcome outcome;
        try {
            outcome = execute(staging, at, command);
        } catch (KvException e) {
            staging.close();
            staging = new Staging(mvcc);
            outcome = new Outcome.Refused(e.error());
        }
        commit(staging, at);
        return outcome;
    }

    /**
     * Moves the applied state for an entry that holds no command. Compaction goes on by one step,
     * as with every command; so while {@link #compactionDue}, an idle node may also call this with
     * the present applied state.
     */
    public void advance(AppliedState at) {
        commit(new Staging(mvcc), at);
    }

    private Outcome execute(Staging staging, AppliedState at, Command command) {
        if (command instanceof Command.OnBehalf request) {
            admission.require(request.command(), request.caller());
            return carryOut(staging, at, request.command());
        }
        admission.require(command, null);
        return carryOut(staging, at, command);
    }

    private Outcome carryOut(Staging staging, AppliedState at, Command command) {
        return switch (command.kind()) {
            case WRITE -> {
                Op op = ((Command.Write) command).op();
                yield new Outcome.Done(Executor.execute(staging.txn, op, leases::exists));
            }
            case LEASE_GRANT -> grant(staging, (Command.LeaseGrant) command);
            case LEASE_REVOKE -> revoke(staging, (Command.LeaseRevoke) command);
            case COMPACT -> compact(staging, ((Command.Compact) command).revision());
            case AUTH -> changeAuth(staging, at, ((Command.Auth) command).change());
            case ALARM_SET -> setAlarm(staging, ((Command.AlarmSet) command).alarm());
            case ALARM_CLEAR -> clearAlarm(staging, (Command.AlarmClear) command);
            case ON_BEHALF -> throw new IllegalArgumentException("two callers");
        };
    }

    private Outcome changeAuth(Staging staging, AppliedState at, AuthChange change) {
        staging.authAfter = auth.stage(change, staging.batch);
        String token =
                change instanceof AuthChange.Login login
                        ? login.tokenPrefix() + "." + Long.toUnsignedString(at.index())
                        : "";
        return new Outcome.AuthChanged(
                new AuthControl.Changed(
                        staging.txn.revision(), staging.authAfter.revision(), token));
    }

    private Outcome setAlarm(Staging staging, Alarm alarm) {
        Alarm old = alarms.find(alarm.memberId(), alarm.type());
        if (old != null && (alarm.automatic() || !old.automatic())) {
            return new Outcome.Alarmed(List.of(old));
        }
        staging.alarmsAfter = alarms.stageSet(alarm, staging.batch);
        return new Outcome.Alarmed(List.of(alarm));
    }

    private Outcome clearAlarm(Staging staging, Command.AlarmClear clear) {
        Alarm old = alarms.find(clear.memberId(), clear.type());
        if (old == null || (clear.automaticOnly() && !old.automatic())) {
            return new Outcome.Alarmed(List.of());
        }
        staging.alarmsAfter = alarms.stageRemove(old, staging.batch);
        return new Outcome.Alarmed(List.of(old));
    }

    private Outcome grant(Staging staging, Command.LeaseGrant grant) {
        if (grant.ttl() > KvLimits.LEASE_TTL_SECONDS_MAX) {
            throw new KvException(KvError.LEASE_TTL_TOO_LARGE);
        }
        if (leases.exists(grant.id())) {
            throw new KvException(KvError.LEASE_EXISTS);
        }
        long ttl = Math.max(grant.ttl(), limits.leaseTtlSecondsMin());
        LeaseRecords.stageGrant(staging.batch, grant.id(), ttl);
        staging.granted = new Command.LeaseGrant(grant.id(), ttl);
        return new Outcome.Leased(new ReplicatedKv.Lease(grant.id(), ttl, staging.txn.revision()));
    }

    private Outcome revoke(Staging staging, Command.LeaseRevoke revoke) {
        if (!leases.exists(revoke.id())) {
            throw new KvException(KvError.LEASE_NOT_FOUND);
        }
        for (Bytes key : leases.keys(revoke.id())) {
            staging.txn.delete(KeyRange.single(key));
        }
        LeaseRecords.stageRevoke(staging.batch, revoke.id());
        staging.revoked = revoke;
        return new Outcome.Leased(new ReplicatedKv.Lease(revoke.id(), 0, staging.txn.revision()));
    }

    private Outcome compact(Staging staging, long revision) {
        MvccState state = mvcc.state();
        if (revision > state.revision()) {
            throw new KvException(KvError.FUTURE_REVISION);
        }
        if (revision <= Math.max(0, state.compactRevision())) {
            throw new KvException(KvError.COMPACTED);
        }
        staging.compactRevision = revision;
        return new Outcome.Compacted(state.revision());
    }

    private void commit(Staging staging, AppliedState at) {
        MvccStore.Staged staged;
        try (staging) {
            staged = mvcc.stage(staging.txn, staging.compactRevision, staging.batch);
            store.commit(staging.batch, at);
        }
        if (staging.granted != null) {
            leases.grant(staging.granted.id(), staging.granted.ttl());
        }
        for (LeaseMove move : staging.txn.leaseMoves()) {
            leases.move(move.key(), move.from(), move.to());
        }
        if (staging.revoked != null) {
            leases.revoke(staging.revoked.id());
        }
        if (staging.authAfter != null) {
            auth.publish(staging.authAfter);
        }
        if (staging.alarmsAfter != null) {
            alarms.publish(staging.alarmsAfter);
        }
        mvcc.publish(staged);
        count(staging.txn);
        if (!staging.txn.changes().isEmpty()) {
            watches.onPublished(staged.revision(), staging.txn.changes());
        }
    }

    private void count(WriteTxn txn) {
        long putsNow = puts + txn.puts();
        long deletesNow = deletes + txn.deletes();
        puts = putsNow;
        deletes = deletesNow;
    }

    /**
     * Reads from the local, applied state. May block on the store.
     *
     * @throws KvException COMPACTED, FUTURE_REVISION
     */
    public OpResult.Range range(Op.Range range) {
        return mvcc.read(view -> RangeReader.read(view, range));
    }

    /**
     * Runs a read-only transaction on the local, applied state; see {@link OpCheck#readOnly}. May
     * block on the store.
     *
     * @throws KvException COMPACTED, FUTURE_REVISION
     * @throws IllegalArgumentException if {@code txn} is not read-only
     */
    public OpResult.Txn read(Op.Txn txn) {
        return mvcc.read(view -> Executor.read(view, txn));
    }

    /**
     * Checksum of the local, applied key space up to {@code revision}, 0 for the newest. Blocks on
     * the store for as long as reading all of it takes.
     *
     * @throws KvException COMPACTED, FUTURE_REVISION
     */
    public StoreHash hash(long revision) {
        return mvcc.read(view -> HistoryHash.of(view, revision));
    }

    /**
     * Refuses a malformed request; to be called before it is proposed or read.
     *
     * @throws KvException KEY_EMPTY, VALUE_PROVIDED, LEASE_PROVIDED, TOO_MANY_OPS, DUPLICATE_KEY
     */
    public void check(Op op) {
        OpCheck.check(op, limits.txnOpsMax());
    }

    /** Newest revision; 1 in a new store. */
    public long revision() {
        return mvcc.state().revision();
    }

    /** Oldest readable revision; -1 before the first compaction. */
    public long compactRevision() {
        return mvcc.state().compactRevision();
    }

    /** Live keys. */
    public int keys() {
        return mvcc.state().index().liveCount(KeyRange.prefix(Bytes.EMPTY));
    }

    /** Puts carried out since this machine was loaded. */
    public long puts() {
        return puts;
    }

    /** Deletions carried out since this machine was loaded, also those that found nothing. */
    public long deletes() {
        return deletes;
    }

    /** Whether compacted records are left to delete. Thread: apply. */
    public boolean compactionDue() {
        return mvcc.compactionDue();
    }

    public LeaseTable leases() {
        return leases;
    }

    /** Users, roles and permissions as applied here. */
    public AuthState auth() {
        return auth.state();
    }

    /** Alarms as applied here, by type and member. */
    public List<Alarm> alarms() {
        return alarms.alarms();
    }

    /** What {@code caller} may do as of now. */
    public OpAccess access(Caller caller) {
        return new OpAccess(auth.state(), caller, leases::keys);
    }

    /** Opens a watch on the local, applied state; see {@link WatchHub}. */
    public ReplicatedKv.Watch watch(WatchRequest request, WatchListener listener) {
        return watches.watch(request, listener);
    }

    /** The watches: someone has to do their work. */
    public WatchHub watches() {
        return watches;
    }

    /**
     * Replaces the content of the store by a snapshot and loads it. Reads wait meanwhile; watches
     * go on from the first revision that they have not seen.
     *
     * @param writes everything in {@code HISTORY} and {@code META}
     */
    public void install(Iterator<Batch.Write> writes, AppliedState at) {
        mvcc.replace(() -> store.replace(writes, at));
        afterReplace();
    }

    /**
     * Loads a store whose content was replaced by someone else. Nobody may read between that and
     * this call: a read would meet a store that does not match the index. A serving node uses
     * {@link #install}.
     */
    public void reload() {
        mvcc.replace(() -> {});
        afterReplace();
    }

    private void afterReplace() {
        leases.reset();
        LeaseRecords.load(store, mvcc.state().index(), leases);
        auth.load(store);
        alarms.load(store);
        watches.onReplaced();
    }
}
