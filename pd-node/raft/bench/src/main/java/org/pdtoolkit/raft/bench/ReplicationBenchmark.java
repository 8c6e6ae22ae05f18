package org.pdtoolkit.raft.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the core alone costs: three nodes in one thread, their storages in memory, no network. One
 * operation is one entry of 256 bytes, applied by all three. The entry's own bytes are shared and
 * not allocated anew.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplicationBenchmark {
    private static final int BATCH = 64;
    private static final byte[] ENTRY = new byte[256];

    /** The group, the same for all iterations of a fork. */
    @State(Scope.Thread)
    public static class Replicated {
        private InMemoryGroup group;

        @Setup(Level.Trial)
        public void elect() {
            group = new InMemoryGroup(3);
        }
    }

    /** Messages that nodes took, as a second rate. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Counted {
        public long steps;
    }

    /** Each entry waits for the one before it. */
    @Benchmark
    public long oneByOne(Replicated replicated, Counted counted) {
        counted.steps += replicated.group.replicate(ENTRY, 1);
        return replicated.group.applied();
    }

    /** 64 entries are proposed, one call each, before the group goes on. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long inBatchesOf64(Replicated replicated, Counted counted) {
        counted.steps += replicated.group.replicate(ENTRY, BATCH);
        return replicated.group.applied();
    }
}
