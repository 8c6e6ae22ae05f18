package org.pdtoolkit.server.config;

/**
 * What auto-compaction keeps.
 *
 * @param mode what is counted
 * @param retention milliseconds or revisions; 0 means that nothing is compacted
 */
public record AutoCompaction(Mode mode, long retention) {

    /** What the retention counts. */
    public enum Mode {
        PERIODIC,
        REVISION
    }

    /** Values that have passed {@link #parse}. */
    static AutoCompaction of(String mode, String retention) {
        try {
            return parse(mode, retention);
        } catch (ConfigValueException e) {
            throw new IllegalStateException("unchecked auto-compaction", e);
        }
    }

    /** Texts as in etcd, whose tests compare them. A bare number of a period counts hours. */
    static AutoCompaction parse(String mode, String retention) throws ConfigValueException {
        switch (mode) {
            case "periodic":
                try {
                    boolean bare = Quantity.isWholeNumber(retention);
                    return new AutoCompaction(
                            Mode.PERIODIC,
                            Quantity.parseMillis(bare ? retention + "h" : retention));
                } catch (ConfigValueException e) {
                    throw new ConfigValueException(
                            "error parsing CompactionRetention: " + e.getMessage());
                }
            case "revision":
                if (!Quantity.isWholeNumber(retention)) {
                    throw new ConfigValueException(
                            "error parsing CompactionRetention: expected a number of revisions,"
                                    + " got \""
                                    + retention
                                    + "\"");
                }
                return new AutoCompaction(Mode.REVISION, Long.parseLong(retention));
            default:
                throw new ConfigValueException(
                        "unknown auto-compaction-mode \""
                                + mode
                                + "\", expected periodic or revision");
        }
    }
}
