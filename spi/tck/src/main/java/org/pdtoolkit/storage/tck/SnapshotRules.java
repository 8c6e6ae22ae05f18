package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.SnapshotStore.SnapshotId;
import org.pdtoolkit.storage.Storage;

/** Rules SNP of {@link SnapshotStore} that need no crash. */
interface SnapshotRules extends KitSubject {
    /** Deterministic content. */
    static byte[] content(long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    /** Writes and publishes. */
    static SnapshotId publish(SnapshotStore store, long index, long term, byte[] content)
            throws IOException {
        try (SnapshotStore.Writer writer = store.create(index, term)) {
            int half = content.length / 2;
            writer.stream().write(content, 0, half);
            for (int i = half; i < Math.min(content.length, half + 10); i++) {
                writer.stream().write(content[i]);
            }
            int rest = Math.min(content.length, half + 10);
            writer.stream().write(content, rest, content.length - rest);
            return writer.publish();
        }
    }

    static byte[] read(SnapshotStore store, SnapshotId id) throws IOException {
        try (InputStream in = store.read(id)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131072, 300_000})
    default void SNP_01_contentSurvives(int bytes) throws IOException {
        SnapshotId id = new SnapshotId(9, 3, bytes);
        try (Storage storage = open()) {
            assertEquals(id, publish(storage.snapshots(), 9, 3, content(bytes, bytes)));
            assertEquals(Optional.of(id), storage.snapshots().latest());
        }
        try (Storage storage = open()) {
            assertEquals(Optional.of(id), storage.snapshots().latest());
            assertArrayEquals(content(bytes, bytes), read(storage.snapshots(), id));
        }
    }

    @Test
    default void SNP_02_unpublishedIsNeverSeen() throws IOException {
        try (Storage storage = open()) {
            SnapshotStore store = storage.snapshots();
            try (SnapshotStore.Writer writer = store.create(5, 1)) {
                writer.stream().write(content(1, 100));
                assertEquals(Optional.empty(), store.latest());
                assertThrows(IllegalStateException.class, () -> store.create(6, 1));
            }
            assertEquals(Optional.empty(), store.latest());
            SnapshotStore.Writer leftOpen = store.create(7, 1);
            leftOpen.stream().write(content(1, 100));
        }
        try (Storage storage = open()) {
            assertEquals(Optional.empty(), storage.snapshots().latest());
            publish(storage.snapshots(), 7, 1, content(2, 10));
        }
    }

    @Test
    default void SNP_02_publishWorksOnce() throws IOException {
        try (Storage storage = open();
                SnapshotStore.Writer writer = storage.snapshots().create(5, 1)) {
            writer.publish();
            assertThrows(IllegalStateException.class, writer::publish);
        }
    }

    @Test
    default void SNP_03_aSnapshotThatIsNotThereIsRefusedWithoutHarm() throws IOException {
        try (Storage storage = open()) {
            SnapshotStore store = storage.snapshots();
            publish(store, 3, 1, content(3, 3));
            assertThrows(IllegalArgumentException.class, () -> store.read(new SnapshotId(4, 1, 3)));
            assertThrows(IllegalArgumentException.class, () -> store.read(new SnapshotId(3, 2, 3)));
            assertArrayEquals(content(3, 3), read(store, store.latest().orElseThrow()));
        }
    }

    @Test
    default void SNP_02_newestWinsAndRetainDeletesTheOthers() throws IOException {
        try (Storage storage = open()) {
            SnapshotStore store = storage.snapshots();
            publish(store, 300, 2, content(300, 300));
            publish(store, 20, 1, content(20, 20));
            publish(store, 1000, 2, content(1000, 70_000));
            assertEquals(1000, store.latest().orElseThrow().index());
            store.retain(2);
            assertArrayEquals(content(300, 300), read(store, new SnapshotId(300, 2, 300)));
            store.retain(5);
            store.retain(1);
            assertEquals(1000, store.latest().orElseThrow().index());
            store.retain(0);
            assertEquals(Optional.empty(), store.latest());
        }
    }
}
