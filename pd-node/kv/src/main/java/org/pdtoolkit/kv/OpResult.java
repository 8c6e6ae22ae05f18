package org.pdtoolkit.kv;

import java.util.List;

/** Answer to an {@link Op}; {@code revision} is the store revision it saw or made. */
public sealed interface OpResult {
    long revision();

    /**
     * @param count keys in the range, whatever the limit and filters
     * @param more whether more keys than the limit matched
     */
    record Range(long revision, List<KeyValue> pairs, long count, boolean more)
            implements OpResult {
        public Range {
            pairs = List.copyOf(pairs);
        }

        /** The single pair of a one-key range, or {@code null}. */
        public KeyValue first() {
            return pairs.isEmpty() ? null : pairs.get(0);
        }
    }

    /**
     * @param previous pair before the put, {@code null} if none or not asked for
     */
    record Put(long revision, KeyValue previous) implements OpResult {}

    /**
     * @param previous removed pairs in key order if asked for
     */
    record Delete(long revision, long deleted, List<KeyValue> previous) implements OpResult {
        public Delete {
            previous = List.copyOf(previous);
        }
    }

    /**
     * @param responses parallel to the operations of the branch taken
     */
    record Txn(long revision, boolean succeeded, List<OpResult> responses) implements OpResult {
        public Txn {
            responses = List.copyOf(responses);
        }
    }
}
