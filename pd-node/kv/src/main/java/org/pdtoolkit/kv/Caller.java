package org.pdtoolkit.kv;

/**
 * The client in whose name a request is made, as it goes through the log. Requests of this program
 * itself have none, and are never checked.
 *
 * @param user empty for a client that did not log in
 * @param authRevision {@link AuthView#revision} when the client was recognised; an older one is
 *     refused when the request is applied. 0 for a client that did not log in
 */
public record Caller(String user, long authRevision) {
    public static final Caller ANONYMOUS = new Caller("", 0);

    public boolean isAnonymous() {
        return authRevision == 0;
    }
}
