package org.pdtoolkit.kv;

import org.pdtoolkit.bytes.Bytes;

/**
 * Keys of an operation in etcd's notation.
 *
 * @param key first key
 * @param end empty for the single key; one zero byte for every key from {@code key} on; otherwise
 *     the first key that is out
 */
public record KeyRange(Bytes key, Bytes end) {
    /** The end that stands for "no end". */
    public static final Bytes OPEN_END = Bytes.wrap(new byte[] {0});

    public static KeyRange single(Bytes key) {
        return new KeyRange(key, Bytes.EMPTY);
    }

    public static KeyRange prefix(Bytes prefix) {
        Bytes end = prefix.prefixEnd();
        return new KeyRange(prefix.isEmpty() ? OPEN_END : prefix, end.isEmpty() ? OPEN_END : end);
    }

    public boolean isSingle() {
        return end.isEmpty();
    }

    public boolean isOpenEnded() {
        return end.equals(OPEN_END);
    }

    public boolean contains(Bytes candidate) {
        if (isSingle()) {
            return candidate.equals(key);
        }
        return candidate.compareTo(key) >= 0 && (isOpenEnded() || candidate.compareTo(end) < 0);
    }
}
