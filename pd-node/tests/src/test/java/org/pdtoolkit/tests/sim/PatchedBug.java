package org.pdtoolkit.tests.sim;

import java.nio.file.Path;
import java.util.List;
import org.pdtoolkit.mutation.PatchedClasses.Patch;

/** Bugs inside a member, planted in its sources. */
enum PatchedBug {
    /** Neither layer stops: the member goes on while the target may lead already. */
    TRANSFER_WITHOUT_STOPPING_TIMESTAMPS(
            placement(
                    "election/LeaderElection.java",
                    "stepDown(StepDownReason.HAND_OVER);",
                    "attempt++;"),
            server("runtime/ConsensusLoop.java", "state.quorumDeadlineNanos(Long.MIN_VALUE);", ""),
            server("runtime/ConsensusLoop.java", "leads && transfer == null", "leads")),

    /** Found once, in a leader that was stuck while another renewed the lease. */
    LEASE_ENDED_BY_AN_EARLIER_TERM(
            server("runtime/NodeRuntime.java", "kv.revokeExpired(id, term)", "kv.leaseRevoke(id)")),

    /** A restarted member gives the id of a removed one again, which the others refuse. */
    REMOVED_IDS_FORGOTTEN_AT_RESTART(
            server(
                    "runtime/Membership.java",
                    "removed.add(Bytes.copyOf(key, REMOVED_PREFIX.size(), key.length).toLong());",
                    "")),

    /** A crash between the two leaves a list that never was. */
    MEMBERS_STORED_AFTER_THE_APPLIED_INDEX(
            server(
                    "runtime/ApplyLoop.java",
                    "membership.apply(item.change(), batch);\n        }\n",
                    "membership.apply(item.change(), batch);\n        }\n"
                            + "store.commit(new Batch(), at);\n")),

    /** The core has the new configuration until it is started again. */
    CONFIGURATION_NOT_STORED(
            server(
                    "runtime/ApplyLoop.java",
                    "item.members() == null\n",
                    "item.members() == null || !applied.confState().isEmpty()\n")),

    /** Its vote is missed by those who do not know yet that they can do without. */
    REMOVED_MEMBER_LEAVES_AT_ONCE(
            server("runtime/Removal.java", "if (mostKnow()", "if (true || mostKnow()")),

    /** It is a leader for whoever asks it, although no member. */
    REMOVED_LEADER_GOES_ON(
            server(
                    "runtime/ConsensusLoop.java",
                    "leaving = true;\n            closeFence();\n",
                    ""),
            server(
                    "runtime/Removal.java",
                    "sinceNanos.compareAndSet(0, context.now() | 1)",
                    "false"));

    private final List<Patch> patches;

    PatchedBug(Patch... patches) {
        this.patches = List.of(patches);
    }

    List<Patch> patches() {
        return patches;
    }

    private static Patch placement(String file, String text, String replacement) {
        return patch("placement", file, text, replacement);
    }

    private static Patch server(String file, String text, String replacement) {
        return patch("server", file, text, replacement);
    }

    private static Patch patch(String module, String file, String text, String replacement) {
        Path source = Path.of("..", module, "src/main/java/org/pdtoolkit", module).resolve(file);
        return new Patch(source, text, replacement);
    }
}
