package org.pdtoolkit.placement;

/** Something worth a log line; the server logs it, tests assert it. */
public sealed interface PlacementEvent {

    /** How loud the line should be. */
    enum Severity {
        DEBUG,
        INFO,
        WARN
    }

    Severity severity();

    /** One line without a trailing dot. */
    String text();

    /** The cluster id was read or, with {@code created}, chosen by this member. */
    record ClusterIdentified(long clusterId, boolean created) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return (created ? "created" : "joined")
                    + " cluster id="
                    + Long.toUnsignedString(clusterId);
        }
    }

    /** Another member is PD leader. */
    record LeaderFound(long memberId, long revision) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "following pd leader member="
                    + Long.toUnsignedString(memberId)
                    + " revision="
                    + revision;
        }
    }

    /** The key of the PD leader that this member followed is gone. */
    record LeaderLost(long memberId) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "pd leader gone member=" + Long.toUnsignedString(memberId);
        }
    }

    /**
     * A leader key that binds nobody any more was removed (ADR 0002).
     *
     * @param memberId its holder, 0 when its value named none
     */
    record StaleLeaderKeyRemoved(long memberId, long revision) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "removed stale leader key member="
                    + Long.toUnsignedString(memberId)
                    + " revision="
                    + revision;
        }
    }

    /** The leader key was won; promotion follows. */
    record CampaignWon(long lease, long revision) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "won the leader key lease="
                    + Long.toUnsignedString(lease)
                    + " revision="
                    + revision;
        }
    }

    /** The campaign ended without the key. */
    record CampaignLost(String reason) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "campaign lost reason=\"" + reason + '"';
        }
    }

    /** This member serves as PD leader from now on. */
    record LeaderElected(long lease, long revision, long tookMillis) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "serving as pd leader revision=" + revision + " took=" + tookMillis + "ms";
        }
    }

    /** A step between winning and serving failed. */
    record PromotionFailed(String step, String reason) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.WARN;
        }

        @Override
        public String text() {
            return "promotion failed step=" + step + " reason=\"" + reason + '"';
        }
    }

    /** This member no longer is PD leader. */
    record SteppedDown(StepDownReason reason) implements PlacementEvent {
        @Override
        public Severity severity() {
            return reason == StepDownReason.HAND_OVER || reason == StepDownReason.STOPPING
                    ? Severity.INFO
                    : Severity.WARN;
        }

        @Override
        public String text() {
            return "stepped down as pd leader reason=\"" + reason.text() + '"';
        }
    }

    /** Raft leadership, and PD leadership with it, is being handed over. */
    record HandOverStarted(long memberId, String reason) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "handing over leadership member="
                    + Long.toUnsignedString(memberId)
                    + " reason=\""
                    + reason
                    + '"';
        }
    }

    /** The hand-over did not happen; this member is a candidate again. */
    record HandOverFailed(long memberId, String reason) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.WARN;
        }

        @Override
        public String text() {
            return "hand-over failed member="
                    + Long.toUnsignedString(memberId)
                    + " reason=\""
                    + reason
                    + '"';
        }
    }

    /** A store request failed and is tried again. */
    record StoreRetry(String what, String reason) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.WARN;
        }

        @Override
        public String text() {
            return what + " failed, trying again reason=\"" + reason + '"';
        }
    }

    /**
     * The wall clock moved against the monotonic clock; timestamps do not follow.
     *
     * @param jumpMillis forwards if positive
     * @param offsetMillis wall clock less the clock of the timestamps, after the jump
     */
    record ClockJump(long jumpMillis, long offsetMillis) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.WARN;
        }

        @Override
        public String text() {
            return "wall clock jumped by="
                    + jumpMillis
                    + "ms offset="
                    + offsetMillis
                    + "ms, timestamps slew towards it; check time synchronisation";
        }
    }

    /**
     * At the start of a term the wall clock was far ahead of the cluster's time, which goes on.
     *
     * @param aheadMillis wall clock less the cluster's time
     */
    record ClockDistrusted(long aheadMillis) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.WARN;
        }

        @Override
        public String text() {
            return "wall clock is ahead of the cluster's time by="
                    + aheadMillis
                    + "ms, timestamps go on from the cluster's time; check time synchronisation";
        }
    }

    /**
     * At the start of a term the wall clock was behind the last saved window; timestamps start
     * after the window.
     *
     * @param behindMillis end of the window less the wall clock
     */
    record ClockBehind(long behindMillis) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.WARN;
        }

        @Override
        public String text() {
            return "wall clock is behind the saved timestamp by="
                    + behindMillis
                    + "ms, timestamps start after it; check time synchronisation";
        }
    }

    /** The timestamp window was extended. */
    record WindowSaved(long endMillis) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.DEBUG;
        }

        @Override
        public String text() {
            return "saved timestamp window end=" + endMillis;
        }
    }

    /** A window of ids was reserved. */
    record IdsReserved(long lastId) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "reserved ids last=" + Long.toUnsignedString(lastId);
        }
    }

    /** The cluster was bootstrapped. */
    record ClusterBootstrapped(long storeId, long regionId) implements PlacementEvent {
        @Override
        public Severity severity() {
            return Severity.INFO;
        }

        @Override
        public String text() {
            return "cluster bootstrapped store="
                    + Long.toUnsignedString(storeId)
                    + " region="
                    + Long.toUnsignedString(regionId);
        }
    }
}
