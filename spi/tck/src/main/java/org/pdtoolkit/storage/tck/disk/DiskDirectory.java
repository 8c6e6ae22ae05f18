package org.pdtoolkit.storage.tck.disk;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Names with every edition since the last sync, the durable one first. */
final class DiskDirectory implements DiskNode {
    private final List<TreeMap<String, DiskNode>> editions = new ArrayList<>();

    DiskDirectory() {
        editions.add(new TreeMap<>());
    }

    SortedMap<String, DiskNode> names() {
        return Collections.unmodifiableSortedMap(newest());
    }

    private TreeMap<String, DiskNode> newest() {
        return editions.get(editions.size() - 1);
    }

    private TreeMap<String, DiskNode> nextEdition() {
        editions.add(new TreeMap<>(newest()));
        return newest();
    }

    void add(String name, DiskNode node) {
        nextEdition().put(name, node);
    }

    void remove(String name) {
        nextEdition().remove(name);
    }

    void rename(String from, String to) {
        TreeMap<String, DiskNode> names = nextEdition();
        names.put(to, names.remove(from));
    }

    @Override
    public void force() {
        editions.subList(0, editions.size() - 1).clear();
    }

    @Override
    public DiskDirectory copy(Map<DiskNode, DiskNode> copies) {
        DiskNode known = copies.get(this);
        if (known != null) {
            return (DiskDirectory) known;
        }
        DiskDirectory copy = new DiskDirectory();
        copies.put(this, copy);
        copy.editions.clear();
        for (TreeMap<String, DiskNode> edition : editions) {
            TreeMap<String, DiskNode> names = new TreeMap<>();
            edition.forEach((name, node) -> names.put(name, node.copy(copies)));
            copy.editions.add(names);
        }
        return copy;
    }

    @Override
    public DiskDirectory surviving(Survivors survivors, Random random) {
        int edition =
                switch (survivors) {
                    case ALL -> editions.size() - 1;
                    case NONE -> 0;
                    case SOME -> random.nextInt(editions.size());
                };
        DiskDirectory left = new DiskDirectory();
        editions.get(edition)
                .forEach((name, node) -> left.put(name, node.surviving(survivors, random)));
        return left;
    }

    private void put(String name, DiskNode node) {
        newest().put(name, node);
    }
}
