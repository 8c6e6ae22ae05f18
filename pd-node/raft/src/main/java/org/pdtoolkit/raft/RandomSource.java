package org.pdtoolkit.raft;

/** Where the core gets its randomness from; equal sources and inputs give equal outputs. */
@FunctionalInterface
public interface RandomSource {
    /** A number in {@code [0, bound)}, evenly distributed. */
    int nextInt(int bound);

    /** The sequence that belongs to {@code seed} (SplitMix64). */
    static RandomSource seeded(long seed) {
        long[] state = {seed};
        return bound -> {
            state[0] += 0x9E3779B97F4A7C15L;
            long z = state[0];
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            return (int) Long.remainderUnsigned(z, bound);
        };
    }
}
