package org.pdtoolkit.kv;

/** What a client showed to say who it is. */
public interface Identity {
    /** A client that showed nothing. */
    Identity ANONYMOUS = () -> Caller.ANONYMOUS;

    /**
     * Recognises the client, each time anew: a token is worth what it is worth now. Asked only
     * while {@link AuthView#enabled}. Thread: any; must not block.
     *
     * @throws KvException INVALID_AUTH_TOKEN
     */
    Caller caller();
}
