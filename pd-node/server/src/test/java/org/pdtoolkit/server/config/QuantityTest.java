package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    TEXT        | MILLIS   | SHORTEST
                    0           | 0        | 0s
                    1ms         | 1        | 1ms
                    1000us      | 1        | 1ms
                    1.5s        | 1500     | 1s500ms
                    .5s         | 500      | 500ms
                    1h0m0s      | 3600000  | 1h
                    90s         | 90000    | 1m30s
                    100h        | 360000000| 100h
                    """)
    void readsAndWritesDurations(String text, long millis, String shortest)
            throws ConfigValueException {
        assertEquals(millis, Quantity.parseMillis(text));
        assertEquals(shortest, Quantity.formatMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "s",
                "1x",
                "1s2",
                "-1s",
                "1 s",
                "1e3s",
                "100us",
                "9999999999999999h"
            })
    void refusesWhatIsNoDurationOfAtLeastAMillisecond(String text) {
        assertThrows(ConfigValueException.class, () -> Quantity.parseMillis(text));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    TEXT    | BYTES               | SHORTEST
                    0       | 0                   | 0B
                    1536    | 1536                | 1536B
                    1.5KiB  | 1536                | 1536B
                    8g      | 8589934592          | 8GiB
                    8GB     | 8589934592          | 8GiB
                    1 MB    | 1048576             | 1MiB
                    2PiB    | 2251799813685248    | 2PiB
                    """)
    void readsAndWritesSizesInPowersOf1024(String text, long bytes, String shortest)
            throws ConfigValueException {
        assertEquals(bytes, Quantity.parseBytes(text));
        assertEquals(shortest, Quantity.formatBytes(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GiB", "-1", "1EB", "0x10", "1,5MB", "9000000PB"})
    void refusesWhatIsNoSize(String text) {
        assertThrows(ConfigValueException.class, () -> Quantity.parseBytes(text));
    }
}
