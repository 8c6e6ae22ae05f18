package org.pdtoolkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import org.pdtoolkit.raft.ScriptFile.Block;
import org.pdtoolkit.raft.quorum.AckedIndex;
import org.pdtoolkit.raft.quorum.IdSet;
import org.pdtoolkit.raft.quorum.JointConfig;
import org.pdtoolkit.raft.quorum.Majority;
import org.pdtoolkit.raft.quorum.Vote;

/** Runs the commands of a script on quorums alone; every block stands for itself. */
final class QuorumScript {
    private static final String MISSING = "_";

    private final LinkedHashSet<Long> voters = new LinkedHashSet<>();
    private IdSet incoming = IdSet.EMPTY;
    private IdSet outgoing = IdSet.EMPTY;

    static String run(Block block) {
        return new QuorumScript().result(block);
    }

    private String result(Block block) {
        incoming = ids(block, "cfg");
        outgoing = ids(block, "cfgj");
        String key = block.command().equals("vote") ? "votes" : "idx";
        List<String> values = block.has(key) ? block.get(key).values() : List.of();
        if (values.size() != voters.size()) {
            return "error: mismatched input (explicit or _) for voters " + voters + ": " + values;
        }
        TreeMap<Long, String> given = new TreeMap<>();
        int position = 0;
        for (long voter : voters) {
            given.put(voter, values.get(position++));
        }
        return switch (block.command()) {
            case "vote" -> vote(given);
            case "committed" -> committed(given);
            default -> throw new IllegalArgumentException("unknown " + block.command());
        };
    }

    private IdSet ids(Block block, String key) {
        IdSet ids = IdSet.EMPTY;
        if (block.has(key)) {
            for (String value : block.get(key).values()) {
                if (!value.equals("zero")) {
                    ids = ids.with(Long.parseUnsignedLong(value));
                    voters.add(Long.parseUnsignedLong(value));
                }
            }
        }
        return ids;
    }

    private String vote(TreeMap<Long, String> given) {
        return switch (new JointConfig(incoming, outgoing)
                .voteResult(
                        id ->
                                switch (given.get(id)) {
                                    case "y" -> Vote.GRANTED;
                                    case "n" -> Vote.REJECTED;
                                    default -> Vote.MISSING;
                                })) {
            case WON -> "VoteWon\n";
            case LOST -> "VoteLost\n";
            case PENDING -> "VotePending\n";
        };
    }

    private String committed(TreeMap<Long, String> given) {
        TreeMap<Long, Long> indexes = new TreeMap<>();
        given.forEach(
                (id, text) -> {
                    if (!text.equals(MISSING)) {
                        indexes.put(id, Long.parseLong(text));
                    }
                });
        AckedIndex acked = id -> indexes.getOrDefault(id, 0L);
        JointConfig config = new JointConfig(incoming, outgoing);
        long committed = config.committedIndex(acked);
        crossCheck(config, indexes, committed);
        return table(indexes)
                + (committed == Majority.UNLIMITED ? "\u221e" : Long.toString(committed))
                + "\n";
    }

    private static void crossCheck(
            JointConfig config, TreeMap<Long, Long> indexes, long committed) {
        AckedIndex acked = id -> indexes.getOrDefault(id, 0L);
        assertEquals(
                Math.min(naive(config.incoming(), indexes), naive(config.outgoing(), indexes)),
                committed);
        assertEquals(
                committed,
                new JointConfig(config.outgoing(), config.incoming()).committedIndex(acked));
        if (!config.isJoint()) {
            assertEquals(
                    committed,
                    new JointConfig(config.incoming(), config.incoming()).committedIndex(acked));
        }
        indexes.forEach(
                (lowered, index) -> {
                    if (index < committed) {
                        for (long value : new long[] {index - 1, 0}) {
                            assertEquals(
                                    committed,
                                    config.committedIndex(
                                            id -> id == lowered ? value : acked.ackedIndexOf(id)));
                        }
                    }
                });
    }

    /** The highest reported index that a majority has reached, found by trying all of them. */
    private static long naive(IdSet ids, TreeMap<Long, Long> indexes) {
        if (ids.isEmpty()) {
            return Majority.UNLIMITED;
        }
        long best = 0;
        for (long candidate : indexes.values()) {
            int reached = 0;
            for (int i = 0; i < ids.size(); i++) {
                reached += indexes.getOrDefault(ids.get(i), 0L) >= candidate ? 1 : 0;
            }
            if (2 * reached > ids.size()) {
                best = Math.max(best, candidate);
            }
        }
        return best;
    }

    private String table(TreeMap<Long, Long> indexes) {
        int n = voters.size();
        if (n == 0) {
            return "<empty majority quorum>";
        }
        List<Long> ascending = new ArrayList<>(IdSet.copyOf(voters).toList());
        List<Long> sorted = new ArrayList<>(ascending);
        sorted.sort(
                (a, b) -> Long.compare(indexes.getOrDefault(a, 0L), indexes.getOrDefault(b, 0L)));
        TreeMap<Long, Integer> bars = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            int bar = 0;
            if (i > 0) {
                long before = sorted.get(i - 1);
                boolean larger =
                        indexes.getOrDefault(sorted.get(i), 0L) > indexes.getOrDefault(before, 0L);
                bar = larger ? i : bars.get(before);
            }
            bars.put(sorted.get(i), bar);
        }
        StringBuilder text = new StringBuilder(" ".repeat(n) + "    idx\n");
        for (long id : ascending) {
            int bar = bars.get(id);
            text.append(
                    indexes.containsKey(id)
                            ? "x".repeat(bar) + ">" + " ".repeat(n - bar)
                            : "?" + " ".repeat(n));
            text.append(String.format(" %5d    (id=%x)\n", indexes.getOrDefault(id, 0L), id));
        }
        return text.toString();
    }
}
