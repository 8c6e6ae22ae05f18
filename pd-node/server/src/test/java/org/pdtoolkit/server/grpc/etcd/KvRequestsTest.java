package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.wire.etcdserverpb.TxnRequest;

class KvRequestsTest {
    private static final Bytes KEY = Bytes.utf8("k");

    /** Numbers as on the wire; -1 and 9 are in no version of etcd. */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    TARGET | RESULT | BECOMES
                    0      | 0      | VERSION EQUAL 4
                    1      | 1      | CREATE GREATER 5
                    2      | 2      | MOD LESS 6
                    4      | 3      | LEASE NOT_EQUAL 8
                    3      | 0      | VALUE EQUAL 0
                    # an unknown result holds, for a value if there is one
                    0      | 9      | VERSION NOT_EQUAL -1
                    4      | -1     | VERSION NOT_EQUAL -1
                    3      | 9      | VERSION GREATER 0
                    # with an unknown target nothing is compared, which is equal
                    9      | 0      | VERSION NOT_EQUAL -1
                    9      | 9      | VERSION NOT_EQUAL -1
                    9      | 1      | VERSION EQUAL -1
                    -1     | 3      | VERSION EQUAL -1
                    """)
    void comparesBecomeWhatEtcdMakesOfThem(int target, int result, String expected) {
        org.pdtoolkit.wire.etcdserverpb.Compare.Builder request =
                org.pdtoolkit.wire.etcdserverpb.Compare.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setTargetValue(target)
                        .setResultValue(result);
        switch (target) {
            case 0 -> request.setVersion(4);
            case 1 -> request.setCreateRevision(5);
            case 2 -> request.setModRevision(6);
            case 4 -> request.setLease(8);
            default -> request.setValue(ByteString.copyFromUtf8("v"));
        }
        Op.Txn txn = KvRequests.txn(TxnRequest.newBuilder().addCompare(request).build());
        assertEquals(1, txn.compares().size());
        Compare compare = txn.compares().get(0);
        assertEquals(KeyRange.single(KEY), compare.range());
        assertEquals(
                expected, compare.target() + " " + compare.relation() + " " + compare.number());
        boolean byValue = compare.target() == Compare.Target.VALUE;
        assertEquals(byValue ? Bytes.utf8("v") : Bytes.EMPTY, compare.value());
    }

    @ParameterizedTest
    @CsvSource({"0,VERSION", "1,CREATE", "2,MOD", "4,LEASE", "3,VALUE"})
    void nothingToCompareWithIsZeroOrTheEmptyValue(int target, Compare.Target becomes) {
        Op.Txn txn =
                KvRequests.txn(
                        TxnRequest.newBuilder()
                                .addCompare(
                                        org.pdtoolkit.wire.etcdserverpb.Compare.newBuilder()
                                                .setKey(ByteString.copyFromUtf8("k"))
                                                .setTargetValue(target))
                                .build());
        assertEquals(
                List.of(
                        new Compare(
                                KeyRange.single(KEY),
                                becomes,
                                Compare.Relation.EQUAL,
                                0,
                                Bytes.EMPTY)),
                txn.compares());
    }

    @ParameterizedTest
    @EnumSource
    void everyErrorOfTheStoreTravelsWithTheTextOfItsRow(KvError error) {
        assertEquals(
                ErrorRows.of(error).text(),
                EtcdErrors.status(new KvException(error)).getDescription());
        assertEquals(
                ErrorRows.of(error).grpcCode(),
                EtcdErrors.status(new KvException(error)).getCode());
    }
}
