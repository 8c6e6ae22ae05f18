package org.pdtoolkit.storage.file;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.OrderedStore.Pair;

/**
 * Immutable ordered map: a B+ tree whose editions share every node that did not change.
 *
 * <p>An {@link Editor} copies a node the first time it touches it and then changes its copy in
 * place, so a batch copies each node on its paths once. Leaves filled in key order stay full, which
 * is how history grows and how files are read back. Nodes shrunk below a quarter are merged with a
 * neighbour when both fit into one.
 *
 * <p>Thread: a map is safe for all; an editor is for one.
 */
final class OrderedMap {
    static final OrderedMap EMPTY = new OrderedMap(null, 0);

    private static final int FANOUT = 32;
    private static final int DEPTH_MAX = 32;

    private final Node root;
    private final int size;

    private OrderedMap(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    /**
     * In a leaf, {@code slots} are values; else children, and {@code keys[i]} for {@code i > 0} is
     * above every key of child {@code i - 1} and at most the first of child {@code i}; {@code
     * keys[0]} says nothing.
     */
    private static final class Node {
        private final Object owner;
        private final boolean leaf;
        private Bytes[] keys;
        private Object[] slots;
        private int count;

        Node(Object owner, boolean leaf) {
            this.owner = owner;
            this.leaf = leaf;
            this.keys = new Bytes[FANOUT];
            this.slots = new Object[FANOUT];
        }

        Node ownedBy(Object editor) {
            if (owner == editor) {
                return this;
            }
            Node copy = new Node(editor, leaf);
            copy.count = count;
            System.arraycopy(keys, 0, copy.keys, 0, count);
            System.arraycopy(slots, 0, copy.slots, 0, count);
            return copy;
        }

        Node child(int at) {
            return (Node) slots[at];
        }

        Bytes value(int at) {
            return (Bytes) slots[at];
        }

        /** First position in a leaf whose key is not below {@code key}. */
        int lowerBound(Bytes key) {
            int low = 0;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (keys[middle].compareTo(key) < 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** Position of the child whose range includes {@code key}. */
        int childFor(Bytes key) {
            int low = 1;
            int high = count;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (keys[middle].compareTo(key) <= 0) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low - 1;
        }

        void insert(int at, Bytes key, Object slot) {
            System.arraycopy(keys, at, keys, at + 1, count - at);
            System.arraycopy(slots, at, slots, at + 1, count - at);
            keys[at] = key;
            slots[at] = slot;
            count++;
        }

        void delete(int at) {
            System.arraycopy(keys, at + 1, keys, at, count - at - 1);
            System.arraycopy(slots, at + 1, slots, at, count - at - 1);
            count--;
            keys[count] = null;
            slots[count] = null;
        }

        /** Moves the slots from {@code from} on into a new right neighbour. */
        Node split(int from) {
            Node right = new Node(owner, leaf);
            right.count = count - from;
            System.arraycopy(keys, from, right.keys, 0, right.count);
            System.arraycopy(slots, from, right.slots, 0, right.count);
            Arrays.fill(keys, from, count, null);
            Arrays.fill(slots, from, count, null);
            count = from;
            return right;
        }
    }

    int size() {
        return size;
    }

    /** Value of the key, or {@code null}. */
    Bytes get(Bytes key) {
        return get(root, key);
    }

    private static Bytes get(Node root, Bytes key) {
        Node node = root;
        if (node == null) {
            return null;
        }
        while (!node.leaf) {
            node = node.child(node.childFor(key));
        }
        int at = node.lowerBound(key);
        return at < node.count && node.keys[at].equals(key) ? node.value(at) : null;
    }

    Iterator<Pair> scan(Bytes from, Bytes until) {
        return new Forward(root, from, until);
    }

    Iterator<Pair> scanBackward(Bytes from, Bytes until) {
        return new Backward(root, from, until);
    }

    Editor edit() {
        return new Editor(this);
    }

    /** Builds the next edition. */
    static final class Editor {
        private Node root;
        private int size;
        private Bytes previous;

        /** Marks the nodes this editor may change; a new one after each {@link #done}. */
        private Object mark = new Object();

        private Editor(OrderedMap map) {
            root = map.root;
            size = map.size;
        }

        /** Sets the value; returns the one before, or {@code null}. */
        Bytes put(Bytes key, Bytes value) {
            previous = null;
            if (root == null) {
                root = new Node(mark, true);
            }
            root = root.ownedBy(mark);
            Node right = put(root, key, value);
            if (right != null) {
                Node top = new Node(mark, false);
                top.insert(0, root.keys[0], root);
                top.insert(1, right.keys[0], right);
                root = top;
            }
            if (previous == null) {
                size++;
            }
            return previous;
        }

        /** Returns a new right neighbour if the node had to be split; the node is owned. */
        private Node put(Node node, Bytes key, Bytes value) {
            if (node.leaf) {
                return putIntoLeaf(node, key, value);
            }
            int at = node.childFor(key);
            Node child = node.child(at).ownedBy(mark);
            node.slots[at] = child;
            Node right = put(child, key, value);
            return right == null ? null : insert(node, at + 1, right.keys[0], right);
        }

        private Node putIntoLeaf(Node leaf, Bytes key, Bytes value) {
            int at = leaf.lowerBound(key);
            if (at < leaf.count && leaf.keys[at].equals(key)) {
                previous = leaf.value(at);
                leaf.slots[at] = value;
                return null;
            }
            return insert(leaf, at, key, value);
        }

        private static Node insert(Node node, int at, Bytes key, Object slot) {
            if (node.count < FANOUT) {
                node.insert(at, key, slot);
                return null;
            }
            int half = at == FANOUT ? FANOUT : FANOUT / 2;
            Node right = node.split(half);
            if (at > half || at == FANOUT) {
                right.insert(at - half, key, slot);
            } else {
                node.insert(at, key, slot);
            }
            return right;
        }

        /** Removes the key; returns its value, or {@code null} when it is not there. */
        Bytes remove(Bytes key) {
            Bytes value = OrderedMap.get(root, key);
            if (value == null) {
                return null;
            }
            size--;
            root = root.ownedBy(mark);
            remove(root, key);
            while (!root.leaf && root.count == 1) {
                root = root.child(0);
            }
            if (root.count == 0) {
                root = null;
            }
            return value;
        }

        private void remove(Node node, Bytes key) {
            if (node.leaf) {
                node.delete(node.lowerBound(key));
                return;
            }
            int at = node.childFor(key);
            Node child = node.child(at).ownedBy(mark);
            node.slots[at] = child;
            remove(child, key);
            if (child.count == 0) {
                node.delete(at);
            } else if (child.count < FANOUT / 4) {
                if (at > 0 && fits(node, at - 1)) {
                    merge(node, at - 1);
                } else if (at + 1 < node.count && fits(node, at)) {
                    merge(node, at);
                }
            }
        }

        private static boolean fits(Node node, int at) {
            return node.child(at).count + node.child(at + 1).count <= FANOUT;
        }

        private void merge(Node node, int at) {
            Node left = node.child(at).ownedBy(mark);
            Node right = node.child(at + 1);
            System.arraycopy(right.keys, 0, left.keys, left.count, right.count);
            System.arraycopy(right.slots, 0, left.slots, left.count, right.count);
            if (!left.leaf) {
                left.keys[left.count] = node.keys[at + 1]; // keys[0] of right says nothing
            }
            left.count += right.count;
            node.slots[at] = left;
            node.delete(at + 1);
        }

        /** The edition so far; the editor can go on from it. */
        OrderedMap done() {
            mark = new Object();
            return new OrderedMap(root, size);
        }
    }

    /** A position in the leaves, with the way down to it. */
    private abstract static class Cursor implements Iterator<Pair> {
        final Node[] nodes = new Node[DEPTH_MAX];
        final int[] positions = new int[DEPTH_MAX];
        int depth = -1;
        Pair next;

        abstract void advance();

        @Override
        public final boolean hasNext() {
            return next != null;
        }

        @Override
        public final Pair next() {
            Pair pair = next;
            if (pair == null) {
                throw new NoSuchElementException();
            }
            advance();
            return pair;
        }

        final void push(Node node, int position) {
            depth++;
            nodes[depth] = node;
            positions[depth] = position;
        }

        final Pair pair() {
            Node leaf = nodes[depth];
            return new Pair(leaf.keys[positions[depth]], leaf.value(positions[depth]));
        }
    }

    private static final class Forward extends Cursor {
        private final Bytes until;

        Forward(Node root, Bytes from, Bytes until) {
            this.until = until;
            Node node = root;
            while (node != null && !node.leaf) {
                int at = from == null ? 0 : node.childFor(from);
                push(node, at);
                node = node.child(at);
            }
            if (node != null) {
                push(node, (from == null ? 0 : node.lowerBound(from)) - 1);
                advance();
            }
        }

        @Override
        void advance() {
            next = null;
            positions[depth]++;
            while (positions[depth] == nodes[depth].count) {
                depth--;
                if (depth < 0) {
                    return;
                }
                positions[depth]++;
            }
            while (!nodes[depth].leaf) {
                push(nodes[depth].child(positions[depth]), 0);
            }
            Pair pair = pair();
            if (until == null || pair.key().compareTo(until) < 0) {
                next = pair;
            }
        }
    }

    private static final class Backward extends Cursor {
        private final Bytes from;

        Backward(Node root, Bytes from, Bytes until) {
            this.from = from;
            Node node = root;
            while (node != null && !node.leaf) {
                int at = until == null ? node.count - 1 : node.childFor(until);
                push(node, at);
                node = node.child(at);
            }
            if (node != null) {
                push(node, until == null ? node.count : node.lowerBound(until));
                advance();
            }
        }

        @Override
        void advance() {
            next = null;
            positions[depth]--;
            while (positions[depth] < 0) {
                depth--;
                if (depth < 0) {
                    return;
                }
                positions[depth]--;
            }
            while (!nodes[depth].leaf) {
                Node child = nodes[depth].child(positions[depth]);
                push(child, child.count - 1);
            }
            Pair pair = pair();
            if (from == null || pair.key().compareTo(from) >= 0) {
                next = pair;
            }
        }
    }
}
