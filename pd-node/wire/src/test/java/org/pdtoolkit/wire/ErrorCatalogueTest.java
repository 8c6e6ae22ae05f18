package org.pdtoolkit.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCatalogueTest {
    @Test
    void codesAreUnique() {
        Set<String> seen = new HashSet<>();
        for (ErrorCatalogue row : ErrorCatalogue.values()) {
            assertTrue(seen.add(row.code()), row.code());
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRowIsAFailureWithAHintAndAnHttpStatus(ErrorCatalogue row) {
        assertTrue(row.code().matches("PD-\\d{4}"));
        assertFalse(row.hint().isBlank());
        assertFalse(row.grpcCode() == Status.Code.OK);
        assertTrue(row.httpStatus() >= 400 && row.httpStatus() < 600);
    }

    // The table of the original: every text that a client may compare, with its statuses.
    @ParameterizedTest
    @CsvFileSource(
            resources = "/errors/etcd.tsv",
            numLinesToSkip = 1,
            delimiter = '\t',
            quoteCharacter = '\0')
    void everyErrorOfTheOriginalHasItsRow(String code, int number, int http, String text) {
        List<ErrorCatalogue> rows =
                Stream.of(ErrorCatalogue.values())
                        .filter(row -> row.name().startsWith("ETCD_"))
                        .filter(row -> row.text("N", "M").equals(text))
                        .toList();
        assertEquals(1, rows.size(), text);
        ErrorCatalogue row = rows.get(0);
        assertEquals(code, row.grpcCode().name());
        assertEquals(number, row.grpcCode().value());
        assertEquals(http, row.httpStatus());
    }

    @Test
    void noEtcdRowIsInvented() throws IOException {
        List<String> known;
        try (InputStream table = getClass().getResourceAsStream("/errors/etcd.tsv")) {
            known =
                    new String(table.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .skip(1)
                            .map(line -> line.split("\t")[3])
                            .toList();
        }
        for (ErrorCatalogue row : ErrorCatalogue.values()) {
            if (row.name().startsWith("ETCD_")) {
                assertTrue(known.contains(row.text("N", "M")), row.name());
            }
        }
    }

    // Words that clients of the original compare; see the "frozen strings" of the wire pages.
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            ROW                    | GRPC                | TEXT
            NOT_LEADER             | UNAVAILABLE         | not leader
            CLUSTER_ID_MISMATCH    | FAILED_PRECONDITION | mismatch cluster id, need 1 but got 2
            CLUSTER_ID_NOT_READY   | UNKNOWN             | cluster id is not ready
            TSO_NOT_LEADER         | UNKNOWN             | \
            [PD:tso:ErrGenerateTimestamp]\
            generate timestamp failed, requested pd is not leader of cluster
            TSO_NOT_LEADER_ANYMORE | UNKNOWN             | \
            [PD:tso:ErrGenerateTimestamp]generate timestamp failed, requested is not leader anymore
            TSO_COUNT_ZERO         | UNKNOWN             | \
            [PD:tso:ErrGenerateTimestamp]generate timestamp failed, tso count should be positive
            TXN_CONFLICT           | UNKNOWN             | \
            [PD:etcd:ErrEtcdTxnConflict]etcd transaction failed, conflicted and rolled back
            REDIRECT_NO_LEADER     | UNAVAILABLE         | \
            [PD:apiutil:ErrRedirectNoLeader]redirect finds no leader
            ETCD_COMPACTED         | OUT_OF_RANGE        | \
            etcdserver: mvcc: required revision has been compacted
            """)
    void frozenTextsAndStatusesStayAsClientsKnowThem(
            ErrorCatalogue row, Status.Code grpc, String text) {
        assertEquals(grpc, row.grpcCode());
        assertEquals(text, row.namedText("1", "2"));
        assertEquals(text, row.namedStatus("1", "2").getDescription());
    }
}
