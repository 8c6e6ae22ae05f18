package org.pdtoolkit.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
