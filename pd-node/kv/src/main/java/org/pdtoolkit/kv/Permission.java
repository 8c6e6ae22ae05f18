package org.pdtoolkit.kv;

/** What a role allows on some keys. */
public record Permission(KeyRange range, Access access) {
    public enum Access {
        READ,
        WRITE,
        READ_WRITE;

        public boolean reads() {
            return this != WRITE;
        }

        public boolean writes() {
            return this != READ;
        }
    }
}
