package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.support.StorageFormat;

/** Rule PRV-05 of {@link StorageProvider}; skipped by a backend without files. */
interface FormatRules extends KitSubject {
    private void assumeFiles() {
        assumeTrue(provider().capabilities().contains(Capability.DURABLE), "backend has no files");
    }

    @Test
    default void PRV_05_aDirectorySaysWhoWroteIt() throws IOException {
        assumeFiles();
        open().close();
        Optional<StorageFormat> written = StorageFormat.of(directory());
        assertEquals(Optional.of(provider().name()), written.map(StorageFormat::backend));
    }

    @Test
    default void PRV_05_aDirectoryOfAnotherBackendIsRefusedAndLeftAsItIs() throws IOException {
        assumeFiles();
        Files.createDirectories(directory());
        new StorageFormat("another", 1).write(directory());
        assertRefusedAndLeftAsItIs("another");
    }

    @Test
    default void PRV_05_aDirectoryOfANewerFormatIsRefusedAndLeftAsItIs() throws IOException {
        assumeFiles();
        try (Storage storage = open()) {
            storage.log().initialize(KitData.METADATA);
        }
        StorageFormat current = StorageFormat.of(directory()).orElseThrow();
        StorageFormat newer = new StorageFormat(current.backend(), current.version() + 1);
        newer.write(directory());
        assertRefusedAndLeftAsItIs(newer.toString());
        current.write(directory());
        try (Storage storage = open()) {
            assertEquals(Optional.of(KitData.METADATA), storage.log().metadata());
        }
    }

    private void assertRefusedAndLeftAsItIs(String named) throws IOException {
        Map<Path, Bytes> before = content();
        StorageException.Incompatible refusal =
                assertThrows(StorageException.Incompatible.class, this::open);
        assertTrue(refusal.getMessage().contains(named), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(directory().toString()), refusal.getMessage());
        Map<Path, Bytes> after = content();
        after.keySet().retainAll(before.keySet()); // a lock file may be new
        assertEquals(before, after);
    }

    private Map<Path, Bytes> content() throws IOException {
        Map<Path, Bytes> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("LOCK")) {
                    content.put(file, Bytes.wrap(Files.readAllBytes(file)));
                }
            }
        }
        return content;
    }
}
