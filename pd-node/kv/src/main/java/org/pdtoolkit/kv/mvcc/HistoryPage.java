package org.pdtoolkit.kv.mvcc;

import java.util.List;

/**
 * A piece of history.
 *
 * @param revisions with at least one wanted change, ascending
 * @param next first revision after the piece
 */
public record HistoryPage(List<RevisionChanges> revisions, long next) {
    public HistoryPage {
        revisions = List.copyOf(revisions);
    }
}
