package org.pdtoolkit.server.runtime;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.StoreHash;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.storage.StorageException;

/**
 * Finds a member whose key space differs from that of the others.
 *
 * <p>An entry of the log asks; since every member applies it after the same changes, all speak of
 * the same revision. Each computes its checksum beside the apply thread and tells it with an entry
 * of its own. The leader compares what it is told: when most members agree, those that do not are
 * corrupt; when no majority agrees and all have told, somebody is, and the alarm is that of member
 * 0. Only checksums of equal compact revisions are compared, so a compaction in between makes a
 * round undecided, not wrong. Source: etcd's corruption check, which trusts the leader instead.
 *
 * <p>Thread: {@link #look} by the timer; entries come from apply; the checksums are computed by
 * this worker, the newest question only.
 */
final class CorruptionCheck implements Worker {
    private static final Logger LOG = LogManager.getLogger(CorruptionCheck.class);

    /**
     * What a member tells.
     *
     * @param round index of the question's entry
     */
    record Report(long round, long member, long revision, long compactRevision, int crc) {
        private static final int BYTES = 4 * Long.BYTES + Integer.BYTES;

        Bytes encode() {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES);
            bytes.putLong(round).putLong(member).putLong(revision).putLong(compactRevision);
            return Bytes.wrap(bytes.putInt(crc).array());
        }

        /**
         * @throws IllegalArgumentException for anything {@link #encode} did not write
         */
        static Report decode(Bytes encoded) {
            if (encoded.size() != BYTES) {
                throw new IllegalArgumentException("a checksum of " + encoded.size() + " bytes");
            }
            ByteBuffer bytes = encoded.asByteBuffer();
            return new Report(
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getInt());
        }

        private Sum sum() {
            return new Sum(revision, compactRevision, crc);
        }
    }

    /** What two members must have in common to hold the same. */
    private record Sum(long revision, long compactRevision, int crc) {
        boolean comparable(Sum other) {
            return revision == other.revision && compactRevision == other.compactRevision;
        }
    }

    private record Question(long round, long revision) {}

    private final NodeContext context;
    private final long self;
    private final KvMachine machine;
    private final Membership membership;
    private final GroupState state;
    private final AtomicReference<Question> asked = new AtomicReference<>();
    private final ArrayBlockingQueue<Runnable> wake = new ArrayBlockingQueue<>(1);
    private volatile KvService kv;
    private volatile boolean running = true;

    /** Only touched by the timer. */
    private long lookedNanos;

    private boolean asksFirst;

    /** Only touched by apply. */
    private final Map<Long, Report> told = new TreeMap<>();

    private long round;

    CorruptionCheck(
            NodeContext context,
            StartDecision decision,
            KvMachine machine,
            Membership membership,
            GroupState state) {
        this.context = context;
        this.self = decision.identity().memberId();
        this.asksFirst = !decision.fresh();
        this.machine = machine;
        this.membership = membership;
        this.state = state;
        this.lookedNanos = context.now();
    }

    /** Sets what takes this check's entries; to be called before the threads start. */
    void connect(KvService proposals) {
        kv = proposals;
    }

    // ---- the timer ----------------------------------------------------------------------------

    /**
     * Asks when it is time: once after the start by a member that has been here before, then by the
     * leader once in each period.
     */
    void look() {
        long now = context.now();
        long period = TimeUnit.MILLISECONDS.toNanos(context.options().corruptCheckMillis());
        boolean first = asksFirst && state.office().leader() != 0;
        if (first || state.leading() && now - lookedNanos >= period) {
            asksFirst = false;
            lookedNanos = now;
            kv.propose(Envelope.Kind.HASH_ASK, Bytes.EMPTY);
        }
    }

    // ---- apply --------------------------------------------------------------------------------

    /** An entry of the two kinds that are for this check. */
    void onEntry(Envelope envelope, long index) {
        if (envelope.kind() == Envelope.Kind.HASH_ASK) {
            round = index;
            told.clear();
            asked.set(new Question(index, machine.revision()));
            wake.offer(this::answer);
        } else {
            Report report = Report.decode(envelope.payload());
            if (report.round() == round) {
                told.put(report.member(), report);
                if (state.leading()) {
                    judge();
                }
            }
        }
    }

    private void judge() {
        List<Member> members = membership.members();
        Map<Sum, Integer> votes = new HashMap<>();
        told.values().forEach(report -> votes.merge(report.sum(), 1, Integer::sum));
        for (Map.Entry<Sum, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > members.size() / 2) {
                told.values().stream()
                        .filter(report -> differs(report.sum(), vote.getKey()))
                        .forEach(report -> raise(report.member(), report.sum(), vote.getKey()));
                return;
            }
        }
        boolean comparable = votes.keySet().stream().allMatch(told(0)::comparable);
        if (told.size() == members.size() && votes.size() > 1 && comparable) {
            raise(0, told(0), told(told.size() - 1));
        }
    }

    private Sum told(int place) {
        return told.values().stream().skip(place).findFirst().orElseThrow().sum();
    }

    private static boolean differs(Sum one, Sum agreed) {
        return one.comparable(agreed) && one.crc() != agreed.crc()
                || one.revision() != agreed.revision();
    }

    private void raise(long member, Sum found, Sum agreed) {
        LOG.error(
                "members differ: member={} found={} others={}",
                Long.toHexString(member),
                found,
                agreed);
        Alarm alarm = new Alarm(member, Alarm.Type.CORRUPT, false);
        if (!machine.alarms().contains(alarm)) {
            kv.propose(Envelope.Kind.KV, new Command.AlarmSet(alarm).encode());
        }
    }

    // ---- the worker ---------------------------------------------------------------------------

    private void answer() {
        Question question = asked.getAndSet(null);
        if (question == null) {
            return;
        }
        try {
            StoreHash hash = machine.hash(question.revision());
            Report report =
                    new Report(
                            question.round(),
                            self,
                            hash.hashRevision(),
                            hash.compactRevision(),
                            hash.crc());
            kv.propose(Envelope.Kind.HASH_TELL, report.encode());
        } catch (KvException compactedMeanwhile) {
            LOG.debug("no checksum: revision={}", question.revision());
        } catch (StorageException e) {
            // Whoever needs these bytes will stop the node; here nothing depends on them.
            LOG.error("no checksum: the store cannot be read: {}", e.getMessage());
        }
    }

    void stop() {
        running = false;
        wake.offer(() -> {});
    }

    @Override
    public void run() {
        try {
            while (running) {
                wake.take().run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean hasWork() {
        return !wake.isEmpty();
    }

    @Override
    public void turn() {
        Runnable task = wake.poll();
        if (task != null) {
            task.run();
        }
    }
}
