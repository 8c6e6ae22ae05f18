package org.pdtoolkit.server.runtime;

/** This member was removed from its cluster and must end; the message is for the operator. */
public final class MemberRemovedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MemberRemovedException(String name, long memberId) {
        super(
                "member "
                        + Long.toHexString(memberId)
                        + " ("
                        + name
                        + ") was removed from the cluster and never becomes part of it again. To"
                        + " bring this machine back, add a new member and start it with an empty"
                        + " data dir");
    }
}
