package org.pdtoolkit.kv.mvcc;

/** The record of a version is not in the view: compacted in between, or damage. */
final class MissingRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingRecordException(RevisionId id) {
        super(
                "no history record of revision " + id.revision() + "/" + id.sub(),
                null,
                false,
                false);
    }
}
