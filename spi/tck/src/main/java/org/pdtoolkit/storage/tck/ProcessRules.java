package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.storage.Capability;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;

/** Rule PRV-03 between processes, on the real file system; binds backends that are DURABLE. */
interface ProcessRules extends KitSubject {
    private void assumeDurable() {
        assumeTrue(
                provider().capabilities().contains(Capability.DURABLE),
                "the backend leaves out " + Capability.DURABLE);
    }

    /** A JVM with the same class path that runs {@link KitProcess} on the directory. */
    private Process start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(KitProcess.class.getName());
        command.add(provider().getClass().getName());
        command.add(directory().toString());
        smallOptions().forEach((name, value) -> command.add(name + "=" + value));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** What it says about opening the directory, or all that it says if it ends without. */
    private static String answer(Process process) throws IOException {
        StringBuilder text = new StringBuilder();
        BufferedReader reader = process.inputReader();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.equals(KitProcess.OPEN) || line.equals(KitProcess.LOCKED)) {
                return line;
            }
            text.append(line).append('\n');
        }
        return text.toString();
    }

    @Test
    default void PRV_03_anotherProcessIsRefusedEvenAfterARefusalInThisOne() throws Exception {
        assumeDurable();
        try (Storage storage = open()) {
            storage.log().initialize(KitData.METADATA);
            assertThrows(StorageException.Locked.class, this::open);
            Process other = start();
            try {
                assertEquals(KitProcess.LOCKED, answer(other));
            } finally {
                other.destroyForcibly().waitFor();
            }
            storage.log().append(KitData.hard(1, 1, 0), KitData.entries(1, 2, 1));
        }
    }

    @Test
    default void PRV_03_LOG_03_ORD_06_aKilledProcessLeavesItsDataAndNoLock() throws Exception {
        assumeDurable();
        Process other = start();
        try {
            assertEquals(KitProcess.OPEN, answer(other));
            StorageException refusal = assertThrows(StorageException.Locked.class, this::open);
            assertTrue(refusal.getMessage().contains(directory().toString()));
        } finally {
            other.destroyForcibly().waitFor();
        }
        try (Storage storage = open()) {
            assertEquals(KitProcess.WRITES, storage.log().lastIndex());
            assertEquals(KitProcess.WRITES, storage.ordered().applied().index());
        }
    }
}
