package org.pdtoolkit.kv.watch;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.KeyRange;

/**
 * Watches of key ranges, found by a key in time in the logarithm of all ranges and the number of
 * those that hold it: a search tree by first key in which each node knows the latest end below it,
 * kept flat by random heap priorities (a treap).
 *
 * <p>Thread: the caller's care.
 */
final class RangeIndex {
    private static final class Node {
        final KeyRange range;
        final long priority;
        final Set<Watcher> watchers = new LinkedHashSet<>();
        Node left;
        Node right;

        /** Latest end of this node and both sides; {@code null} if one of them is open. */
        Bytes endMax;

        Node(KeyRange range, long priority) {
            this.range = range;
            this.priority = priority;
        }

        Bytes end() {
            return range.isOpenEnded() ? null : range.end();
        }

        Node update() {
            endMax = end();
            if (left != null) {
                endMax = later(endMax, left.endMax);
            }
            if (right != null) {
                endMax = later(endMax, right.endMax);
            }
            return this;
        }
    }

    private Node root;
    private long inserted;
    private int size;

    void add(Watcher watcher) {
        KeyRange range = watcher.range();
        Node node = find(range);
        if (node == null) {
            node = new Node(range, mix(++inserted));
            root = insert(root, node);
        }
        if (node.watchers.add(watcher)) {
            size++;
        }
    }

    void remove(Watcher watcher) {
        Node node = find(watcher.range());
        if (node != null && node.watchers.remove(watcher)) {
            size--;
            if (node.watchers.isEmpty()) {
                root = remove(root, node.range);
            }
        }
    }

    int size() {
        return size;
    }

    /** Longest way down; for tests. */
    int depth() {
        return depth(root);
    }

    private static int depth(Node node) {
        return node == null ? 0 : 1 + Math.max(depth(node.left), depth(node.right));
    }

    void addAllTo(Collection<Watcher> all) {
        addAll(root, all);
    }

    /** Hands over every watch whose range holds {@code key}. */
    void match(Bytes key, Consumer<Watcher> found) {
        match(root, key, found);
    }

    boolean matchesAny(Bytes key) {
        return matchesAny(root, key);
    }

    private static boolean matchesAny(Node node, Bytes key) {
        if (node == null || (node.endMax != null && key.compareTo(node.endMax) >= 0)) {
            return false;
        }
        return node.range.contains(key)
                || matchesAny(node.left, key)
                || (key.compareTo(node.range.key()) >= 0 && matchesAny(node.right, key));
    }

    private static void addAll(Node node, Collection<Watcher> all) {
        if (node != null) {
            addAll(node.left, all);
            all.addAll(node.watchers);
            addAll(node.right, all);
        }
    }

    private static void match(Node node, Bytes key, Consumer<Watcher> found) {
        if (node == null || (node.endMax != null && key.compareTo(node.endMax) >= 0)) {
            return;
        }
        match(node.left, key, found);
        if (key.compareTo(node.range.key()) >= 0) {
            if (node.range.contains(key)) {
                node.watchers.forEach(found);
            }
            match(node.right, key, found);
        }
    }

    private Node find(KeyRange range) {
        Node node = root;
        while (node != null) {
            int order = compare(range, node.range);
            if (order == 0) {
                return node;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    private static Node insert(Node tree, Node node) {
        if (tree == null) {
            return node.update();
        }
        if (compare(node.range, tree.range) < 0) {
            tree.left = insert(tree.left, node);
            if (tree.left.priority > tree.priority) {
                Node top = tree.left;
                tree.left = top.right;
                top.right = tree.update();
                return top.update();
            }
        } else {
            tree.right = insert(tree.right, node);
            if (tree.right.priority > tree.priority) {
                Node top = tree.right;
                tree.right = top.left;
                top.left = tree.update();
                return top.update();
            }
        }
        return tree.update();
    }

    private static Node remove(Node tree, KeyRange range) {
        int order = compare(range, tree.range);
        if (order == 0) {
            return merge(tree.left, tree.right);
        }
        if (order < 0) {
            tree.left = remove(tree.left, range);
        } else {
            tree.right = remove(tree.right, range);
        }
        return tree.update();
    }

    private static Node merge(Node left, Node right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        if (left.priority > right.priority) {
            left.right = merge(left.right, right);
            return left.update();
        }
        right.left = merge(left, right.left);
        return right.update();
    }

    private static int compare(KeyRange one, KeyRange other) {
        int order = one.key().compareTo(other.key());
        return order != 0 ? order : one.end().compareTo(other.end());
    }

    private static Bytes later(Bytes one, Bytes other) {
        if (one == null || other == null) {
            return null;
        }
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** Spreads a counter over all bits (the finalizer of SplitMix64). */
    private static long mix(long counter) {
        long mixed = counter * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
