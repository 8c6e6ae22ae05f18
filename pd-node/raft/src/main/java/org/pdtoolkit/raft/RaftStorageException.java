package org.pdtoolkit.raft;

import java.util.Objects;

/** A request to the storage that it cannot serve, for one of four expected reasons. */
public final class RaftStorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        COMPACTED("requested index is unavailable due to compaction"),
        UNAVAILABLE("requested entry at index is unavailable"),
        SNAPSHOT_OUT_OF_DATE("requested index is older than the existing snapshot"),
        SNAPSHOT_TEMPORARILY_UNAVAILABLE("snapshot is temporarily unavailable");

        private final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    private final Kind kind;

    public RaftStorageException(Kind kind) {
        super(Objects.requireNonNull(kind, "kind").text);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
