package org.pdtoolkit.ctl.client;

/**
 * One call.
 *
 * @param what the deed for messages, an infinitive
 * @param path starts with a slash, already percent-encoded
 * @param body JSON, or {@code null} for none
 * @param local whether the member asked shall answer itself instead of asking its leader
 */
record Request(String what, String method, String path, String body, boolean local) {
    boolean isRead() {
        return method.equals("GET");
    }
}
