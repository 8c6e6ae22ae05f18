package org.pdtoolkit.placement.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.placement.TimeSource;

class FenceTest {
    private long now;
    private long raftTerm = 7;
    private long quorumDeadline = 100;
    private long diskDeadline = 100;

    /** What happens while the fence looks at the group. */
    private Runnable meanwhile = () -> {};

    private final Consensus consensus =
            new Consensus() {
                @Override
                public long memberId() {
                    return 1;
                }

                @Override
                public long leaderId() {
                    return 1;
                }

                @Override
                public long term() {
                    return raftTerm;
                }

                @Override
                public boolean leading() {
                    return true;
                }

                @Override
                public long quorumDeadlineNanos() {
                    long deadline = quorumDeadline;
                    meanwhile.run();
                    return deadline;
                }

                @Override
                public long diskDeadlineNanos() {
                    return diskDeadline;
                }

                @Override
                public List<Member> members() {
                    return List.of();
                }

                @Override
                public CompletableFuture<Void> transferLeader(long target) {
                    throw new UnsupportedOperationException();
                }
            };

    private final Fence fence =
            new Fence(
                    consensus,
                    new TimeSource() {
                        @Override
                        public long monotonicNanos() {
                            return now;
                        }

                        @Override
                        public long wallMillis() {
                            return 0;
                        }
                    });

    private static Term term(long leaseDeadline) {
        return new Term(Bytes.utf8("key"), Bytes.utf8("value"), 7, 1, 1, leaseDeadline);
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    NOW | LEASE | QUORUM               | DISK | RAFT_TERM | HOLDS
                    50  | 100   | 100                  | 100  | 7         | true
                    100 | 100   | 100                  | 100  | 7         | true
                    50  | 49    | 100                  | 100  | 7         | false
                    50  | 100   | 49                   | 100  | 7         | false
                    50  | 100   | 100                  | 49   | 7         | false
                    50  | 100   | 100                  | 100  | 8         | false
                    # not leading, whatever the sign of the clock
                    50  | 100   | -9223372036854775808 | 100  | 7         | false
                    -50 | 100   | -9223372036854775808 | 100  | 7         | false
                    -50 | -10   | -10                  | -10  | 7         | true
                    """)
    void holdsWhileLeaseQuorumAndDiskAreFreshAndTheRaftTermIsTheSame(
            long at, long lease, long quorum, long disk, long inTerm, boolean holds) {
        now = at;
        quorumDeadline = quorum;
        diskDeadline = disk;
        raftTerm = inTerm;
        assertEquals(holds, fence.holds(term(lease)));
    }

    @Test
    void aPauseInTheMiddleIsSeen() {
        meanwhile = () -> now = 1_000;
        assertFalse(fence.holds(term(100)));
        now = 0;
        assertFalse(fence.leadsRaftAlone());
    }

    @Test
    void aQuorumOfALaterRaftTermDoesNotCount() {
        meanwhile = () -> raftTerm = 9;
        assertFalse(fence.holds(term(100)));
    }

    @Test
    void aTermThatWasResetStaysClosed() {
        Term term = term(100);
        term.renew(200);
        assertEquals(200, term.leaseDeadlineNanos());
        term.renew(150);
        assertEquals(200, term.leaseDeadlineNanos(), "only forward");
        term.reset();
        term.renew(300);
        assertFalse(fence.holds(term));
    }
}
