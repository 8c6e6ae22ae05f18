package org.pdtoolkit.kv;

/**
 * Something is wrong at a member, and the whole cluster heeds it.
 *
 * @param automatic raised by that member itself because its store is full; it goes away by itself
 *     when there is space again. An alarm set by hand stays until it is removed by hand
 */
public record Alarm(long memberId, Type type, boolean automatic) {
    /** Numbers are part of the log and record format, and etcd's. */
    public enum Type {
        NOSPACE(1),
        CORRUPT(2);

        private final int id;

        Type(int id) {
            this.id = id;
        }

        public int id() {
            return id;
        }
    }
}
