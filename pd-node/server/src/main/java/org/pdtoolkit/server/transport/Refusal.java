package org.pdtoolkit.server.transport;

/** Why a member hangs up on another one. */
enum Refusal {
    WRONG_CLUSTER("belongs to another cluster"),
    WRONG_MEMBER("is not the member that was called"),
    REMOVED("knows that the caller was removed from the cluster"),
    WRONG_DATA("holds data of another cluster with the same member list");

    private static final Refusal[] ALL = values();
    private final String text;

    Refusal(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    static String describe(int number) {
        return number < ALL.length ? ALL[number].text : "refuses for reason " + number;
    }
}
