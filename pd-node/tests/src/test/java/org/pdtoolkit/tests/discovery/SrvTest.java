package org.pdtoolkit.tests.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.tests.discovery.DnsStub.Target;

/** Founders that SRV records name. */
class SrvTest {
    private static final String DOMAIN = "pd.test";
    private static final String PLAIN = "_etcd-server._tcp." + DOMAIN;
    private static final String TLS = "_etcd-server-ssl._tcp." + DOMAIN;

    @TempDir Path directory;
    private final DnsStub dns = new DnsStub();
    private Asker asker;

    @BeforeEach
    void prepare() {
        asker = new Asker(directory, "--discovery-srv=" + dns.domain(DOMAIN));
    }

    @AfterEach
    void close() {
        asker.close();
        dns.close();
    }

    @Test
    void eachFounderKnowsItselfByItsAddressAndNumbersTheOthers() {
        dns.add(
                PLAIN,
                new Target("localhost", 20_003),
                new Target("localhost", 20_001),
                new Target("localhost", 20_002));
        assertEquals(
                new InitialCluster(
                        Map.of(
                                "0", List.of("http://localhost:20001"),
                                "m2", List.of("http://localhost:20002"),
                                "1", List.of("http://localhost:20003")),
                        "pd-cluster"),
                asker.ask("m2", 20_002));
    }

    @Test
    void recordsOfBothServicesAreJoined() {
        dns.add(TLS, new Target("127.0.0.2", 20_001));
        dns.add(PLAIN, new Target("localhost", 20_002));
        assertEquals(
                Map.of(
                        "0", List.of("https://127.0.0.2:20001"),
                        "m2", List.of("http://localhost:20002")),
                asker.ask("m2", 20_002).members());
    }

    @Test
    void theServiceMayHaveAName() {
        dns.add("_etcd-server-green._tcp." + DOMAIN, new Target("localhost", 20_001));
        InitialCluster found =
                asker.ask(
                        "m1", 20_001, "--discovery-srv-name=green", "--initial-cluster-token=mine");
        assertEquals(
                new InitialCluster(Map.of("m1", List.of("http://localhost:20001")), "mine"), found);
    }

    @Test
    void aNodeThatNoRecordLeadsToIsRefused() {
        dns.add(PLAIN, new Target("localhost", 20_001));
        String reason = asker.refusal("m1", 20_009);
        assertTrue(
                reason.startsWith("cannot find local etcd member \"m1\" in SRV records"), reason);
        assertTrue(reason.contains("http://127.0.0.1:20009"), reason);
    }

    @Test
    void aRecordOfTheOtherSchemeIsRefused() {
        dns.add(TLS, new Target("localhost", 20_001));
        String reason = asker.refusal("m1", 20_001);
        assertTrue(
                reason.contains(
                        "bootstrap at https://localhost:20001 from DNS for etcd-server-ssl has"
                                + " scheme mismatch with expected peer http://127.0.0.1:20001"),
                reason);
    }

    @Test
    void aDomainWithoutRecordsIsRefused() {
        String reason = asker.refusal("m1", 20_001);
        assertTrue(
                reason.startsWith(
                        "error setting up initial cluster: error querying DNS SRV records for"
                                + " _etcd-server-ssl "),
                reason);
        assertTrue(reason.contains("error querying DNS SRV records for _etcd-server "), reason);
    }
}
