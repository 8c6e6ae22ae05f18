package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;

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
}
