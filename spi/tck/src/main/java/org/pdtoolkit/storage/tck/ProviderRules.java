package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.support.DataDirectory;
import org.pdtoolkit.storage.support.DataDirectory.Formats;

/** Rules PRV of {@link StorageProvider}. */
interface ProviderRules extends KitSubject {
    @Test
    default void PRV_01_nameIsLowerCaseAscii() {
        assertTrue(provider().name().matches("[a-z][a-z0-9-]*"), provider().name());
    }

    @Test
    default void PRV_02_apiVersionIsThatOfTheseContracts() {
        assertEquals(StorageProvider.API_VERSION, provider().apiVersion());
    }

    @Test
    default void PRV_03_secondOpenIsRefusedUntilTheFirstIsClosed() {
        Storage first = open();
        assertThrows(StorageException.Locked.class, this::open);
        assertThrows(StorageException.Locked.class, this::open, "a refusal must not unlock");
        first.close();
        first.close();
        open().close();
    }

    @Test
    default void PRV_04_unknownOptionIsRefusedByNameAndTouchesNothing() {
        StorageException.Incompatible refusal =
                assertThrows(
                        StorageException.Incompatible.class,
                        () -> provider().open(directory(), Map.of("no-such-option", "1")));
        assertTrue(refusal.getMessage().contains("no-such-option"), refusal.getMessage());
        assertTrue(Files.notExists(directory()));
    }

    @Test
    default void PRV_04_everyDefaultIsAccepted() {
        Map<String, String> defaults = new HashMap<>();
        provider().options().forEach(o -> defaults.put(o.name(), o.defaultValue()));
        provider().open(directory(), defaults).close();
    }

    @Test
    default void PRV_05_aDirectoryOfAnotherBackendIsRefusedAndLeftAsItIs() throws IOException {
        assertRefused(new Formats("another-backend", List.of(), path -> 0), "another-backend");
    }

    @Test
    default void PRV_05_aDirectoryOfANewerFormatIsRefusedAndLeftAsItIs() throws IOException {
        List<DataDirectory.Migration> many = Collections.nCopies(122, path -> {});
        assertRefused(new Formats(provider().name(), many, path -> 0), "version 123");
    }

    private void assertRefused(Formats written, String named) throws IOException {
        assumeTrue(provider().capabilities().contains(Capability.DURABLE));
        DataDirectory.open(directory(), written).close();
        Map<Path, Bytes> before = content();
        StorageException refusal = assertThrows(StorageException.Incompatible.class, this::open);
        assertTrue(refusal.getMessage().contains(named), refusal.getMessage());
        assertEquals(before, content());
        DataDirectory.open(directory(), written).close();
    }

    private Map<Path, Bytes> content() throws IOException {
        Map<Path, Bytes> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(file, Bytes.wrap(Files.readAllBytes(file)));
            }
        }
        return content;
    }
}
