package org.pdtoolkit.kv.mvcc;

/**
 * One change of one key; the versions of a key form a chain from the newest to the oldest.
 *
 * <p>Thread: the apply thread makes and cuts, any thread reads.
 */
public final class Version {
    private final long revision;
    private final long createRevision;
    private final long version;
    private final long lease;
    private final int sub;

    /** Volatile: who sees a cut chain must also see the compact revision that allowed it. */
    private volatile Version older;

    private Version(
            long revision, int sub, long createRevision, long version, long lease, Version older) {
        this.revision = revision;
        this.sub = sub;
        this.createRevision = createRevision;
        this.version = version;
        this.lease = lease;
        this.older = older;
    }

    static Version put(
            RevisionId id, long createRevision, long version, long lease, Version older) {
        return new Version(id.revision(), id.sub(), createRevision, version, lease, older);
    }

    static Version tombstone(RevisionId id, Version older) {
        return new Version(id.revision(), id.sub(), 0, 0, 0, older);
    }

    public long revision() {
        return revision;
    }

    RevisionId id() {
        return new RevisionId(revision, sub);
    }

    public long createRevision() {
        return createRevision;
    }

    /** 1 at creation, one more with each put; 0 for a deletion. */
    public long version() {
        return version;
    }

    public long lease() {
        return lease;
    }

    /** Whether this is a put, not a deletion. */
    public boolean live() {
        return version != 0;
    }

    Version older() {
        return older;
    }

    void cutOlder() {
        older = null;
    }

    /**
     * The pair in force at {@code revision}, or {@code null} if the key did not exist. Walks the
     * chain: the price is the number of changes of this key since then.
     */
    public Version liveAt(long revision) {
        Version found = this;
        while (found != null && found.revision > revision) {
            found = found.older;
        }
        return found != null && found.live() ? found : null;
    }
}
