package org.pdtoolkit.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What an operator may ask of this member alone, with or without a leader. Everything speaks of the
 * local, applied state.
 *
 * <p>Thread: any. {@link #progress} is from memory; what reads the whole store blocks on it for as
 * long as that takes, holds up nobody else, and is not for network loops.
 */
public interface Maintenance {
    /**
     * How this member stands.
     *
     * @param totalBytes bytes on disk of the store
     * @param liveBytes those that hold live data, estimated
     * @param committedIndex last log index known to be committed
     * @param appliedIndex not above {@code committedIndex}
     */
    record Progress(
            long totalBytes,
            long liveBytes,
            long committedIndex,
            long appliedIndex,
            List<Alarm> alarms) {
        public Progress {
            alarms = List.copyOf(alarms);
        }
    }

    Progress progress();

    /**
     * What is in the key space, and what has been done since the start of this member.
     *
     * @param keys live ones
     * @param puts operations
     * @param deletes operations, whatever they deleted
     * @param leases granted and not yet over
     * @param watches open ones
     * @param slowWatches those of them that have not been sent everything yet
     * @param pendingProposals of this member, on their way through the log
     * @param failedProposals of this member; they may have been carried out nevertheless
     */
    record Counts(
            long keys,
            long puts,
            long deletes,
            long leases,
            long watches,
            long slowWatches,
            long pendingProposals,
            long failedProposals) {}

    /** From memory, as {@link #progress} is. */
    Counts counts();

    /**
     * Checksum of the key space up to {@code revision}, 0 for the newest. Blocks.
     *
     * @throws KvException COMPACTED, FUTURE_REVISION
     */
    StoreHash hash(long revision);

    /** CRC-32C of everything that is replicated, keys or not. Blocks. */
    int hashAll();

    /** Gives disk space back, in pieces between which writes go on. Fails with STOPPED. */
    CompletableFuture<Void> reclaim();

    /** Takes pieces of a stream; the bytes are valid during the call. May block, may throw. */
    @FunctionalInterface
    interface Pieces {
        void accept(byte[] bytes, int from, int length);
    }

    /** The replicated state of one moment, as a stream. It holds disk space until it is closed. */
    interface Image extends AutoCloseable {
        /** Size of the stream, a multiple of 512. */
        long bytes();

        /** Hands over all of it. Blocks; memory stays bounded. */
        void writeTo(Pieces target);

        @Override
        void close();
    }

    /** The present state as a stream. Blocks until its size is known: it is read once for that. */
    Image image();
}
