package org.pdtoolkit.tests.sim;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.OpResult;
import org.pdtoolkit.kv.ReplicatedKv;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.support.ForwardingOrderedStore;

/** Bugs that others have had, each at the seam where its effect shows. */
enum PlantedBug implements Mutation {
    VOTE_NOT_PERSISTED {
        @Override
        public Storage storage(Storage real) {
            return log(
                    real,
                    new Forwarding.Log(real.log()) {
                        @Override
                        public void append(HardState state, List<LogRecord> entries) {
                            inner.append(new HardState(state.term(), 0, state.commit()), entries);
                        }
                    });
        }
    },
    HARD_STATE_ONLY_WITH_ENTRIES {
        @Override
        public Storage storage(Storage real) {
            return log(
                    real,
                    new Forwarding.Log(real.log()) {
                        @Override
                        public void append(HardState state, List<LogRecord> entries) {
                            if (!entries.isEmpty()) {
                                inner.append(state, entries);
                            }
                        }
                    });
        }
    },
    /** The answer comes before the write: what was acknowledged may be lost. */
    WRITE_BEHIND_LOG {
        @Override
        public Storage storage(Storage real) {
            return log(real, new WriteBehindLog(real.log()));
        }
    },
    APPLIED_INDEX_BEHIND_DATA {
        @Override
        public Storage storage(Storage real) {
            return ordered(
                    real,
                    new ForwardingOrderedStore(real.ordered()) {
                        @Override
                        public void commit(Batch batch, AppliedState applied) {
                            inner.commit(batch, inner.applied());
                            inner.commit(new Batch(), applied);
                        }
                    });
        }
    },
    APPLIED_INDEX_AHEAD_OF_DATA {
        @Override
        public Storage storage(Storage real) {
            return ordered(
                    real,
                    new ForwardingOrderedStore(real.ordered()) {
                        @Override
                        public void commit(Batch batch, AppliedState applied) {
                            inner.commit(new Batch(), applied);
                            inner.commit(batch, applied);
                        }
                    });
        }
    },
    /** The log is cut up to what is applied, not up to what is durable. */
    LOG_CUT_BEFORE_SYNC {
        @Override
        public Storage storage(Storage real) {
            return ordered(
                    real,
                    new ForwardingOrderedStore(real.ordered()) {
                        @Override
                        public void sync() {
                            // Forgotten.
                        }

                        @Override
                        public long durableIndex() {
                            return inner.applied().index();
                        }
                    });
        }
    },
    READ_WITHOUT_A_QUORUM {
        @Override
        public ReplicatedKv clients(ReplicatedKv real) {
            return new Forwarding.Kv(real) {
                @Override
                public CompletableFuture<OpResult.Range> range(Op.Range range) {
                    return inner.range(range.asSerializable());
                }
            };
        }
    },
    /** A write that ran into its time limit is said not to have happened. */
    UNKNOWN_OUTCOME_REPORTED_AS_REFUSED {
        @Override
        public ReplicatedKv clients(ReplicatedKv real) {
            return new Forwarding.Kv(real) {
                @Override
                public CompletableFuture<OpResult.Put> put(Op.Put put) {
                    CompletableFuture<OpResult.Put> written = inner.put(put);
                    return written.isDone() ? written : refuseOften(written, put);
                }
            };
        }

        private CompletableFuture<OpResult.Put> refuseOften(
                CompletableFuture<OpResult.Put> written, Op.Put put) {
            boolean refused = put.value().size() == Long.BYTES && put.value().toLong() % 16 == 0;
            return refused
                    ? CompletableFuture.failedFuture(new KvException(KvError.NO_LEADER))
                    : written;
        }
    },
    TIMESTAMP_WINDOW_NOT_SAVED {
        @Override
        public ReplicatedKv placement(ReplicatedKv real) {
            return new AnswerFirst(real, "/timestamp", false);
        }
    },
    ID_WINDOW_NOT_SAVED {
        @Override
        public ReplicatedKv placement(ReplicatedKv real) {
            return new AnswerFirst(real, "/alloc_id", false);
        }
    },
    ID_WINDOW_SAVED_LATE {
        @Override
        public ReplicatedKv placement(ReplicatedKv real) {
            return new AnswerFirst(real, "/alloc_id", true);
        }
    },
    WRITES_NOT_GUARDED_BY_LEADERSHIP {
        @Override
        public ReplicatedKv placement(ReplicatedKv real) {
            return new Forwarding.Kv(real) {
                @Override
                public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
                    return inner.txn(new Op.Txn(List.of(), txn.success(), txn.failure()));
                }
            };
        }
    },
    NO_QUORUM_FENCE {
        @Override
        public Consensus placement(Consensus real) {
            return new Forwarding.View(real) {
                @Override
                public long quorumDeadlineNanos() {
                    return Long.MAX_VALUE;
                }
            };
        }
    },
    /** One and a half election timeouts more than the heartbeats have earned. */
    FENCE_COUNTED_FROM_THE_REPLY {
        @Override
        public Consensus placement(Consensus real) {
            return new Forwarding.View(real) {
                @Override
                public long quorumDeadlineNanos() {
                    long deadline = inner.quorumDeadlineNanos();
                    return deadline == Long.MIN_VALUE ? deadline : deadline + FENCE_EXCESS;
                }
            };
        }
    };

    private static final long FENCE_EXCESS =
            SimulationOptions.ELECTION_TICKS * SimulationOptions.TICK_MILLIS * World.MILLI * 3 / 2;

    private static Storage log(Storage real, LogStore log) {
        return new Forwarding.Parts(log, real.ordered(), real);
    }

    private static Storage ordered(Storage real, OrderedStore ordered) {
        return new Forwarding.Parts(real.log(), ordered, real);
    }

    /** Writes what it was given only when it is asked for the next thing. */
    private static final class WriteBehindLog extends Forwarding.Log {
        private HardState state;
        private List<LogRecord> entries;

        WriteBehindLog(LogStore inner) {
            super(inner);
        }

        private void write() {
            if (state != null) {
                HardState now = state;
                state = null;
                inner.append(now, entries);
            }
        }

        @Override
        public void append(HardState next, List<LogRecord> more) {
            write();
            state = next;
            entries = more;
        }

        @Override
        public HardState hardState() {
            return state == null ? inner.hardState() : state;
        }

        @Override
        public long lastIndex() {
            return state == null || entries.isEmpty()
                    ? inner.lastIndex()
                    : entries.get(entries.size() - 1).index();
        }

        @Override
        public long term(long index) {
            write();
            return inner.term(index);
        }

        @Override
        public List<LogRecord> read(long from, long until, long bytesMax) {
            write();
            return inner.read(from, until, bytesMax);
        }

        @Override
        public void compact(long index) {
            write();
            inner.compact(index);
        }

        @Override
        public void reset(long index, long term, HardState next) {
            write();
            inner.reset(index, term, next);
        }
    }

    /** Answers a write to one key at once, and carries it out afterwards or never. */
    private static final class AnswerFirst extends Forwarding.Kv {
        private final String end;
        private final boolean carriesOut;

        AnswerFirst(ReplicatedKv inner, String end, boolean carriesOut) {
            super(inner);
            this.end = end;
            this.carriesOut = carriesOut;
        }

        @Override
        public CompletableFuture<OpResult.Txn> txn(Op.Txn txn) {
            boolean concerned =
                    txn.success().stream()
                            .anyMatch(op -> op instanceof Op.Put put && isConcerned(put.key()));
            if (!concerned) {
                return inner.txn(txn);
            }
            if (carriesOut) {
                var unused = inner.txn(txn);
            }
            List<OpResult> answers =
                    txn.success().stream().<OpResult>map(op -> new OpResult.Put(0, null)).toList();
            return CompletableFuture.completedFuture(new OpResult.Txn(0, true, answers));
        }

        private boolean isConcerned(Bytes key) {
            return key.toUtf8().endsWith(end);
        }
    }
}
