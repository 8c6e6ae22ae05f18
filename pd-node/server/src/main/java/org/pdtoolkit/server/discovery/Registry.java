package org.pdtoolkit.server.discovery;

import java.util.List;
import java.util.Optional;

/**
 * Where the founders of one cluster sign in and find each other. Thread: one; every call may block.
 *
 * <p>Each call throws {@link RegistryUnavailableException} when it may be tried again, and {@link
 * org.pdtoolkit.server.runtime.NodeStartException} when that would not help.
 */
interface Registry extends AutoCloseable {

    /**
     * One founder as it signed in.
     *
     * @param id member id in lower-case hexadecimal
     * @param text {@code name=url[,name=url...]}
     */
    record Entry(String id, String text) {}

    /**
     * All that have signed in.
     *
     * @param index of the registry when it was read
     * @param entries first come, first listed
     */
    record Listing(long index, List<Entry> entries) {}

    /** How many founders there shall be, as the operator wrote it; empty if nobody has. */
    Optional<String> size() throws RegistryUnavailableException;

    Listing list() throws RegistryUnavailableException;

    /** Adds an entry unless its id is there already, which {@link #list} shows afterwards. */
    void signIn(Entry entry) throws RegistryUnavailableException;

    /** Returns once something may have changed after {@code index}. */
    void awaitChange(long index) throws RegistryUnavailableException;

    @Override
    void close();
}
