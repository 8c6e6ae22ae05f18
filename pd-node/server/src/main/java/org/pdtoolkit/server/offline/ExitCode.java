package org.pdtoolkit.server.offline;

/** How {@code pd-node storage} ends; the numbers are for scripts and never change. */
enum ExitCode {
    OK(0, "Done; for verify: no damage."),
    FAILED(1, "Failed: a disk or a stream could not be read or written, or there is no room."),
    USAGE(2, "Wrong arguments, no storage where one should be, or something where nothing should."),
    DAMAGED(3, "The storage or the export is damaged; the message says where and what to do."),
    IN_USE(4, "A running node, or another command, holds the directory.");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }
}
