package org.pdtoolkit.kv.mvcc;

import java.util.List;
import java.util.Map;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;

/**
 * Immutable ordered map from key to its newest {@link Version}: an AVL tree with path copying. Each
 * node counts the live keys below it, so that the size of a range is known without a walk.
 *
 * <p>Thread: any.
 */
public final class KeyIndex {
    public static final KeyIndex EMPTY = new KeyIndex(null);

    /** Takes the keys of a walk in order; returns whether to go on. */
    @FunctionalInterface
    public interface Visitor {
        boolean visit(Bytes key, Version newest);
    }

    /** Heights of siblings differ by at most one; {@code live} counts this node and both sides. */
    private static final class Node {
        final Bytes key;
        final Version newest;
        final Node left;
        final Node right;
        final int live;
        final int height;

        Node(Bytes key, Version newest, Node left, Node right) {
            this.key = key;
            this.newest = newest;
            this.left = left;
            this.right = right;
            live = live(left) + live(right) + (newest.live() ? 1 : 0);
            height = 1 + Math.max(height(left), height(right));
        }
    }

    private final Node root;

    private KeyIndex(Node root) {
        this.root = root;
    }

    /** Builds the tree of entries that are in key order. */
    static KeyIndex ofSorted(List<Map.Entry<Bytes, Version>> entries) {
        return new KeyIndex(build(entries, 0, entries.size()));
    }

    private static Node build(List<Map.Entry<Bytes, Version>> entries, int from, int until) {
        if (from == until) {
            return null;
        }
        int middle = (from + until) >>> 1;
        Map.Entry<Bytes, Version> entry = entries.get(middle);
        return new Node(
                entry.getKey(),
                entry.getValue(),
                build(entries, from, middle),
                build(entries, middle + 1, until));
    }

    /**
     * The newest version of {@code key}, which may be a deletion; {@code null} if there is none.
     */
    public Version find(Bytes key) {
        Node node = root;
        while (node != null) {
            int order = key.compareTo(node.key);
            if (order == 0) {
                return node.newest;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    KeyIndex with(Bytes key, Version newest) {
        return new KeyIndex(insert(root, key, newest));
    }

    KeyIndex without(Bytes key) {
        return new KeyIndex(remove(root, key));
    }

    /** Walks the keys of {@code range} in order. An inverted range is empty. */
    public void visit(KeyRange range, Visitor visitor) {
        if (range.isSingle()) {
            Version newest = find(range.key());
            if (newest != null) {
                visitor.visit(range.key(), newest);
            }
        } else {
            walk(root, range.key(), range.isOpenEnded() ? null : range.end(), visitor);
        }
    }

    /** Walks all keys in order. */
    public void visitAll(Visitor visitor) {
        walk(root, Bytes.EMPTY, null, visitor);
    }

    /** Number of keys in {@code range} whose newest version is no deletion. */
    public int liveCount(KeyRange range) {
        if (range.isSingle()) {
            Version newest = find(range.key());
            return newest != null && newest.live() ? 1 : 0;
        }
        int until = range.isOpenEnded() ? live(root) : liveBelow(range.end());
        return Math.max(0, until - liveBelow(range.key()));
    }

    private int liveBelow(Bytes key) {
        int count = 0;
        Node node = root;
        while (node != null) {
            if (key.compareTo(node.key) <= 0) {
                node = node.left;
            } else {
                count += node.live - live(node.right);
                node = node.right;
            }
        }
        return count;
    }

    private static boolean walk(Node node, Bytes from, Bytes until, Visitor visitor) {
        if (node == null) {
            return true;
        }
        boolean reached = node.key.compareTo(from) >= 0;
        boolean passed = until != null && node.key.compareTo(until) >= 0;
        if (reached && !walk(node.left, from, until, visitor)) {
            return false;
        }
        if (reached && !passed && !visitor.visit(node.key, node.newest)) {
            return false;
        }
        return passed || walk(node.right, from, until, visitor);
    }

    private static Node insert(Node node, Bytes key, Version newest) {
        if (node == null) {
            return new Node(key, newest, null, null);
        }
        int order = key.compareTo(node.key);
        if (order == 0) {
            return new Node(node.key, newest, node.left, node.right);
        }
        return order < 0
                ? balance(node, insert(node.left, key, newest), node.right)
                : balance(node, node.left, insert(node.right, key, newest));
    }

    private static Node remove(Node node, Bytes key) {
        if (node == null) {
            return null;
        }
        int order = key.compareTo(node.key);
        if (order < 0) {
            return balance(node, remove(node.left, key), node.right);
        }
        if (order > 0) {
            return balance(node, node.left, remove(node.right, key));
        }
        if (node.left == null || node.right == null) {
            return node.left == null ? node.right : node.left;
        }
        Node next = node.right;
        while (next.left != null) {
            next = next.left;
        }
        return balance(next, node.left, remove(node.right, next.key));
    }

    /**
     * A node with the entry of {@code entry} over two sides whose heights differ by at most two.
     */
    private static Node balance(Node entry, Node left, Node right) {
        int lean = height(left) - height(right);
        if (lean > 1) {
            if (height(left.left) >= height(left.right)) {
                return over(left, left.left, over(entry, left.right, right));
            }
            Node middle = left.right;
            return over(
                    middle, over(left, left.left, middle.left), over(entry, middle.right, right));
        }
        if (lean < -1) {
            if (height(right.right) >= height(right.left)) {
                return over(right, over(entry, left, right.left), right.right);
            }
            Node middle = right.left;
            return over(
                    middle, over(entry, left, middle.left), over(right, middle.right, right.right));
        }
        return over(entry, left, right);
    }

    private static Node over(Node entry, Node left, Node right) {
        return new Node(entry.key, entry.newest, left, right);
    }

    /** Checks the whole tree; for tests. */
    void verify() {
        verify(root, null, null);
    }

    private static void verify(Node node, Bytes after, Bytes before) {
        if (node == null) {
            return;
        }
        boolean ordered =
                (after == null || after.compareTo(node.key) < 0)
                        && (before == null || node.key.compareTo(before) < 0);
        boolean balanced = Math.abs(height(node.left) - height(node.right)) <= 1;
        if (!ordered || !balanced) {
            throw new IllegalStateException(
                    "index at " + node.key + ": ordered=" + ordered + " balanced=" + balanced);
        }
        verify(node.left, after, node.key);
        verify(node.right, node.key, before);
    }

    private static int height(Node node) {
        return node == null ? 0 : node.height;
    }

    private static int live(Node node) {
        return node == null ? 0 : node.live;
    }
}
