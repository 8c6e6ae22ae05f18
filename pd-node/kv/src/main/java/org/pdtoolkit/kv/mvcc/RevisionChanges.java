package org.pdtoolkit.kv.mvcc;

import java.util.List;
import org.pdtoolkit.kv.KeyValue;

/**
 * What one revision changed.
 *
 * @param changes in order of execution; a deletion has version 0, its key and its mod revision
 */
public record RevisionChanges(long revision, List<KeyValue> changes) {
    public RevisionChanges {
        changes = List.copyOf(changes);
    }
}
