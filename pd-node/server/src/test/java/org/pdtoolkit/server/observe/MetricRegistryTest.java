package org.pdtoolkit.server.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricRegistryTest {
    private final Histogram histogram = new Histogram();
    private final MetricRegistry metrics =
            new MetricRegistry().histogram("disk_seconds", "How long.", histogram);

    @Test
    void bucketsAreCumulativeAndTheLastCountsAll() {
        histogram.record(500_000);
        histogram.record(3_000_000);
        histogram.record(60_000_000_000L);
        List<String> lines = metrics.scrape().lines().toList();
        assertEquals("# TYPE disk_seconds histogram", lines.get(1));
        assertEquals("disk_seconds_bucket{le=\"0.001\"} 1", lines.get(2));
        assertEquals("disk_seconds_bucket{le=\"0.002\"} 1", lines.get(3));
        assertEquals("disk_seconds_bucket{le=\"0.004\"} 2", lines.get(4));
        assertEquals("disk_seconds_bucket{le=\"8.192\"} 2", lines.get(15));
        assertEquals("disk_seconds_bucket{le=\"+Inf\"} 3", lines.get(16));
        assertEquals("disk_seconds_sum 60.0035", lines.get(17));
        assertEquals("disk_seconds_count 3", lines.get(18));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    NANOS         | BOUND
                    -1            | 0.001
                    0             | 0.001
                    1_000_000     | 0.001
                    1_000_001     | 0.002
                    2_000_000     | 0.002
                    2_000_001     | 0.004
                    4_000_000     | 0.004
                    8_192_000_000 | 8.192
                    8_192_000_001 | +Inf
                    """)
    void aDurationIsInTheFirstBucketWhoseBoundItDoesNotPass(String nanos, String bound) {
        histogram.record(Long.parseLong(nanos.replace("_", "")));
        String first =
                metrics.scrape()
                        .lines()
                        .filter(line -> line.contains("_bucket") && line.endsWith(" 1"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(first.contains("le=\"" + bound + "\""), first);
    }

    @Test
    void aNameBelongsToOneHistogram() {
        assertThrows(
                IllegalArgumentException.class,
                () -> metrics.histogram("disk_seconds", "Again.", new Histogram()));
    }
}
