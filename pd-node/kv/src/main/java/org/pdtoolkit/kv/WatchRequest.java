package org.pdtoolkit.kv;

/**
 * What to watch.
 *
 * @param startRevision first revision of interest; 0 for "from now on"
 * @param previous whether events carry the pair before them
 * @param noPut leaves out the events of puts
 * @param noDelete leaves out the events of deletions
 */
public record WatchRequest(
        KeyRange range, long startRevision, boolean previous, boolean noPut, boolean noDelete) {
    /** Events of both types. */
    public WatchRequest(KeyRange range, long startRevision, boolean previous) {
        this(range, startRevision, previous, false, false);
    }
}
