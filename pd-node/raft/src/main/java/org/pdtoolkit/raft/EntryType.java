package org.pdtoolkit.raft;

/** What an entry means to the application. The ordinal is the number on the wire and on disk. */
public enum EntryType {
    /** Opaque data. */
    NORMAL,
    /** One membership change in the old form. */
    CONF_CHANGE,
    /** Any membership change; without data the request to leave a joint configuration. */
    CONF_CHANGE_V2
}
