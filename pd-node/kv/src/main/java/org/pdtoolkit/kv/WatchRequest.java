package org.pdtoolkit.kv;

/**
 * What to watch.
 *
 * @param startRevision first revision of interest; 0 for "from now on"
 * @param previous whether events carry the pair before them
 */
public record WatchRequest(KeyRange range, long startRevision, boolean previous) {}
