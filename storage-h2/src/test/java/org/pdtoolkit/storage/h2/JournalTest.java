package org.pdtoolkit.storage.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.support.DurableFiles;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk;

/** What each state of the sectors of a journal means. */
class JournalTest {
    private static final long SALT = 77;
    private static final int BYTES = 16 * Journal.SECTOR;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final Path path = disk.path("/journal");
    private FileChannel channel;

    @BeforeEach
    void create() throws IOException {
        channel =
                DurableFiles.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
    }

    private JournalScan.Found scan() throws IOException {
        return JournalScan.scan(path, channel, SALT);
    }

    private Journal open() throws IOException {
        return new Journal(path, channel, SALT, BYTES, scan());
    }

    /** A batch of {@code text} that fills this many sectors. */
    private static ByteBuffer batch(String text, int sectors) {
        ByteBuffer batch = ByteBuffer.allocate(sectors * Journal.PAYLOAD);
        batch.put(text.getBytes(StandardCharsets.US_ASCII));
        return batch.rewind();
    }

    private static String text(ByteBuffer batch) {
        return new String(batch.array(), StandardCharsets.US_ASCII).split("\0", 2)[0];
    }

    private void writeTwoRounds() throws IOException {
        Journal journal = open();
        writeOlderRound(journal);
        writeRound(journal);
    }

    private static void writeOlderRound(Journal journal) throws IOException {
        journal.startRound(batch("older mark", 2));
        for (int i = 0; i < 4; i++) {
            journal.append(batch("older " + i, 3));
        }
    }

    /** "mark" in sectors 0 and 1, "a" in 2 to 4, "b" in 5 to 8. */
    private static void writeRound(Journal journal) throws IOException {
        journal.startRound(batch("mark", 2));
        journal.append(batch("a", 3));
        journal.append(batch("b", 4));
    }

    private void setSector(int sector, byte[] bytes) throws IOException {
        channel.write(ByteBuffer.wrap(bytes), sector * (long) Journal.SECTOR);
    }

    private byte[] sector(int sector) throws IOException {
        byte[] bytes = new byte[Journal.SECTOR];
        channel.read(ByteBuffer.wrap(bytes), sector * (long) Journal.SECTOR);
        return bytes;
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    SECTORS   | BECOME     | FOUND
                    -         | flipped    | mark a b
                    # the last batch, some of it as it was: never forced, never acknowledged
                    8         | older      | mark a torn
                    5         | zeros      | mark a torn
                    5 6 7     | older      | mark a torn
                    5 6 7 8   | older      | mark a
                    # the last batch, all of it written and some of it wrong: no crash does that
                    6         | flipped    | damage at 6
                    8         | flipped    | damage at 8
                    5 6 7 8   | flipped    | damage at 5
                    # a write torn inside a sector leaves those behind it as they were
                    6 older 7 | torn       | mark a torn
                    # a batch before the last had been forced
                    2         | flipped    | damage at 2
                    3         | older      | damage at 2
                    2 3 4     | older      | damage at 2
                    # the mark as well
                    0         | flipped    | damage at 0
                    0 1       | older      | damage at 0
                    # what stands behind the round is of no account
                    9         | flipped    | mark a b torn
                    11        | flipped    | mark a b
                    # a sector in the place of another
                    6         | copy of 5  | damage at 6
                    """)
    void whatIsFound(String sectors, String become, String expected) throws IOException {
        List<byte[]> older = new ArrayList<>();
        Journal journal = open();
        writeOlderRound(journal);
        for (int i = 0; i < 14; i++) {
            older.add(sector(i));
        }
        writeRound(journal);
        boolean asOlder = false;
        for (String word : sectors.split(" ")) {
            if (word.equals("older")) {
                asOlder = true;
            } else if (!word.equals("-")) {
                int sector = Integer.parseInt(word);
                setSector(sector, changed(sector, asOlder ? "older" : become, older));
            }
        }
        assertEquals(expected, outcome());
    }

    private byte[] changed(int sector, String become, List<byte[]> older) throws IOException {
        byte[] now = sector(sector);
        switch (become) {
            case "older" -> now = older.get(sector);
            case "zeros" -> now = new byte[Journal.SECTOR];
            case "flipped" -> now[100] ^= 4;
            case "torn" -> System.arraycopy(older.get(sector), 200, now, 200, 312);
            case "copy of 5" -> now = sector(5);
            default -> throw new IllegalArgumentException(become);
        }
        return now;
    }

    private String outcome() throws IOException {
        try {
            JournalScan.Found found = scan();
            List<String> words = new ArrayList<>();
            found.batches().forEach(batch -> words.add(text(batch)));
            if (found.torn()) {
                words.add("torn");
            }
            return String.join(" ", words);
        } catch (StorageException.Corrupt e) {
            String offset = e.getMessage().split("offset ")[1].split(":")[0];
            assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
            return "damage at " + Long.parseLong(offset) / Journal.SECTOR;
        }
    }

    @Test
    void aNewJournalHoldsNothingAndWantsARound() throws IOException {
        assertEquals("", outcome());
        assertTrue(!open().hasRoomFor(1));
    }

    @Test
    void aTornMarkLeavesNothingThatCounts() throws IOException {
        writeTwoRounds();
        byte[] second = sector(1);
        open().startRound(batch("next mark", 2));
        setSector(1, second);
        assertEquals("torn", outcome());
    }

    @Test
    void aLargeBatchMakesTheFileLongerUntilTheNextRound() throws IOException {
        Journal journal = open();
        journal.startRound(batch("mark", 2));
        assertTrue(!journal.hasRoomFor(20 * Journal.PAYLOAD));
        journal.append(batch("large", 20));
        assertEquals("mark large", outcome());
        assertEquals(22 * Journal.SECTOR, channel.size());
        journal.startRound(batch("mark", 2));
        assertEquals("mark", outcome());
        assertEquals(BYTES, channel.size());
    }

    @Test
    void batchesGoOnWhereTheyEnded() throws IOException {
        writeTwoRounds();
        Journal journal = open();
        assertTrue(journal.hasRoomFor(7 * Journal.PAYLOAD));
        assertTrue(!journal.hasRoomFor(8 * Journal.PAYLOAD));
        journal.append(batch("c", 7));
        assertEquals("mark a b c", outcome());
    }
}
