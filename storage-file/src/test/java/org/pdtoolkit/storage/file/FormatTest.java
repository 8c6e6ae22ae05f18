package org.pdtoolkit.storage.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.support.StorageFormat;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** Directories that older versions wrote; the folders {@code version-N} are what they left. */
class FormatTest {
    private static final String HOME = "/node/data";

    /** A disk that holds the directory a version has written. */
    private static SimulatedDisk diskOf(int version) throws IOException, URISyntaxException {
        Path image = Path.of(FormatTest.class.getResource("version-" + version).toURI());
        SimulatedDisk disk = new SimulatedDisk();
        Files.createDirectories(disk.path(HOME));
        try (Stream<Path> all = Files.walk(image)) {
            for (Path source : all.filter(path -> !path.equals(image)).sorted().toList()) {
                Path target = disk.path(HOME + "/" + image.relativize(source));
                if (Files.isDirectory(source)) {
                    Files.createDirectory(target);
                } else {
                    Files.write(target, Files.readAllBytes(source));
                }
            }
        }
        return disk.afterPowerLoss(Survivors.ALL, 0);
    }

    private static Storage open(SimulatedDisk disk) {
        return new FileStorageProvider().open(disk.path(HOME), FileStorageKitTest.SMALL);
    }

    private static void assertContent(Storage storage) throws IOException {
        assertEquals(Optional.of(Bytes.utf8("cluster 42 member 1")), storage.log().metadata());
        assertEquals(new HardState(3, 1, 39), storage.log().hardState());
        assertEquals(11, storage.log().firstIndex());
        assertEquals(40, storage.log().lastIndex());
        String data = storage.log().read(25, 26, 1).get(0).data().toUtf8();
        assertEquals("entry 25 " + "x".repeat(125), data);
        try (OrderedStore.View view = storage.ordered().view()) {
            assertEquals(30, view.applied().index());
            assertEquals("members at 30", view.applied().confState().toUtf8());
            assertEquals("value 25", view.get(Space.HISTORY, Bytes.utf8("key/1")).toUtf8());
            List<String> regions = new ArrayList<>();
            view.scan(Space.REGIONS, null, null)
                    .forEachRemaining(pair -> regions.add(pair.value().toUtf8()));
            assertEquals(
                    List.of("v11", "v14", "v17", "v2", "v20", "v23", "v26", "v29", "v5", "v8"),
                    regions);
        }
        try (InputStream in =
                storage.snapshots().read(storage.snapshots().latest().orElseThrow())) {
            String content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals("snapshot content ".repeat(50), content);
        }
    }

    @Test
    void aDirectoryOfVersion1IsBroughtToThePresentOne() throws Exception {
        SimulatedDisk disk = diskOf(1);
        for (int i = 0; i < 2; i++) {
            try (Storage storage = open(disk)) {
                assertContent(storage);
            }
            Optional<StorageFormat> format = StorageFormat.of(disk.path(HOME));
            assertEquals(Optional.of(new StorageFormat("file", 2)), format);
        }
    }

    @Test
    void aCutAtAnyStepOfAMigrationDoesNoHarm() throws Exception {
        SimulatedDisk whole = diskOf(1);
        open(whole).close();
        assertTrue(whole.steps() > 3, "a migration has steps");
        for (int cut = 1; cut <= whole.steps(); cut++) {
            for (Survivors survivors : Survivors.values()) {
                SimulatedDisk disk = diskOf(1);
                disk.losePowerAt(cut);
                assertThrows(SimulatedDisk.PowerLoss.class, () -> open(disk).close());
                try (Storage storage = open(disk.afterPowerLoss(survivors, cut))) {
                    assertContent(storage);
                }
            }
        }
    }
}
