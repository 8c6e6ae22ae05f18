package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The checked-in pages are what the models say; {@code -Dtestdata.rewrite=true} renews them. */
class StorageManPageTest {
    private static final Path PAGES = Path.of("..", "..", "man");

    @Test
    void thePageOfStorageIsCurrent() throws IOException {
        assertCurrent("pd-node-storage.8", StorageManPage.text());
    }

    @Test
    void thePageOfSnapshotIsCurrent() throws IOException {
        assertCurrent("pd-node-snapshot.8", SnapshotManPage.text());
    }

    private static void assertCurrent(String name, String made) throws IOException {
        Path page = PAGES.resolve(name);
        if (Boolean.getBoolean("testdata.rewrite")) {
            Files.writeString(page, made);
        }
        assertEquals(
                Files.exists(page) ? Files.readString(page) : "",
                made,
                page + " differs; run this test with -Dtestdata.rewrite=true");
    }
}
