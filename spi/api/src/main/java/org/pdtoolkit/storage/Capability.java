package org.pdtoolkit.storage;

/** What a backend can do beyond the rules that bind every backend. None is defined yet. */
public enum Capability {
    /** The storage can be read by a second process while it is open. */
    SHARED_READ
}
