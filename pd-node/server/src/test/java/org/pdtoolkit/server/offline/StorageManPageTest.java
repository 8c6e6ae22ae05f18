package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The checked-in page is what the model says; {@code -Dtestdata.rewrite=true} renews it. */
class StorageManPageTest {
    private static final Path PAGE = Path.of("..", "..", "man", "pd-node-storage.8");

    @Test
    void thePageIsCurrent() throws IOException {
        String made = StorageManPage.text();
        if (Boolean.getBoolean("testdata.rewrite")) {
            Files.writeString(PAGE, made);
        }

        assertEquals(
                Files.exists(PAGE) ? Files.readString(PAGE) : "",
                made,
                PAGE + " differs; run this test with -Dtestdata.rewrite=true");
    }
}
