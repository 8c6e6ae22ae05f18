package org.pdtoolkit.placement;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.pdtoolkit.bytes.Bytes;

/**
 * What the placement layer is told once, at construction.
 *
 * @param leaseSeconds lease of the leader key, {@code lease}
 * @param tsoSaveIntervalMillis length of the saved timestamp window, {@code tso-save-interval}
 * @param tsoUpdateIntervalMillis pace of the physical part, {@code tso-update-physical-interval}
 * @param leaderPriorityCheckMillis {@code leader-priority-check-interval}
 * @param memberValue this member as encoded pdpb.Member: the value of the leader key
 * @param memberIdOf reads the member id out of a leader value; empty if it cannot
 * @param deployPath written under this member's key, as are the next two
 * @param entropy 64 random bits a call; chooses the cluster id
 */
public record PlacementConfig(
        long leaseSeconds,
        long tsoSaveIntervalMillis,
        long tsoUpdateIntervalMillis,
        long leaderPriorityCheckMillis,
        Bytes memberValue,
        Function<Bytes, OptionalLong> memberIdOf,
        String deployPath,
        String binaryVersion,
        String gitHash,
        LongSupplier entropy) {

    public static final long DEFAULT_LEASE_SECONDS = 3;
    public static final long DEFAULT_TSO_SAVE_INTERVAL_MILLIS = 3_000;
    public static final long DEFAULT_TSO_UPDATE_INTERVAL_MILLIS = 50;
    public static final long DEFAULT_LEADER_PRIORITY_CHECK_MILLIS = 60_000;

    public PlacementConfig {
        requireAtLeast("lease", leaseSeconds, 1);
        requireAtLeast("tso-update-physical-interval", tsoUpdateIntervalMillis, 1);
        // The window must outlast a few updates, else every update would wait for a save.
        requireAtLeast("tso-save-interval", tsoSaveIntervalMillis, 4 * tsoUpdateIntervalMillis);
        requireAtLeast("leader-priority-check-interval", leaderPriorityCheckMillis, 1);
        Objects.requireNonNull(memberValue, "memberValue");
        Objects.requireNonNull(memberIdOf, "memberIdOf");
        Objects.requireNonNull(deployPath, "deployPath");
        Objects.requireNonNull(binaryVersion, "binaryVersion");
        Objects.requireNonNull(gitHash, "gitHash");
        Objects.requireNonNull(entropy, "entropy");
    }

    private static void requireAtLeast(String key, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(key + " is " + value + ", the least is " + least);
        }
    }
}
