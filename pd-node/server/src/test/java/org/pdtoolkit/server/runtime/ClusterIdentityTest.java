package org.pdtoolkit.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.Member;

/** Ids as etcd derives them. */
class ClusterIdentityTest {
    /**
     * The first rows are what etcd itself prints, started without a flag and from its Procfile; the
     * others were computed with {@code printf '<urls><token>' | sha1sum}.
     */
    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            URLS                                        | TOKEN          | ID
            http://localhost:2380                       | etcd-cluster   | 8e9e05c52164694d
            http://127.0.0.1:12380                      | etcd-cluster-1 | 8211f1d0f64f3269
            http://127.0.0.1:22380                      | etcd-cluster-1 | 91bc3c398fb3c146
            http://127.0.0.1:32380                      | etcd-cluster-1 | fd422379fda50e48
            # several URLs are sorted first
            http://10.0.0.1:2381 http://10.0.0.1:2380   | tok            | 6a7f44eed714194f
            http://127.0.0.1:2380                       | etcd-cluster   | b71f75320dc06a6c
            http://localhost:2380                       | ''             | 37807cb0bf7500f6
            """)
    void derivesTheIdOfAMember(String urls, String token, String id) {
        List<String> list = Arrays.asList(urls.split(" "));
        assertEquals(id, Long.toHexString(ClusterIdentity.memberId(list, token)));
        Collections.reverse(list);
        assertEquals(id, Long.toHexString(ClusterIdentity.memberId(list, token)));
    }

    private static Map<String, List<String>> cluster(String... namesAndUrls) {
        Map<String, List<String>> cluster = new LinkedHashMap<>();
        for (int i = 0; i < namesAndUrls.length; i += 2) {
            cluster.put(namesAndUrls[i], List.of(namesAndUrls[i + 1]));
        }
        return cluster;
    }

    private static String clusterId(Map<String, List<String>> cluster, String token) {
        List<Member> members = ClusterIdentity.membersOf(new InitialCluster(cluster, token));
        return Long.toHexString(ClusterIdentity.clusterId(members));
    }

    @Test
    void derivesTheIdOfACluster() {
        assertEquals(
                "cdf818194e3a8c32",
                clusterId(cluster("default", "http://localhost:2380"), "etcd-cluster"));
        assertEquals(
                "ef37ad9dc622a7c4",
                clusterId(
                        cluster(
                                "infra3", "http://127.0.0.1:32380",
                                "infra1", "http://127.0.0.1:12380",
                                "infra2", "http://127.0.0.1:22380"),
                        "etcd-cluster-1"));
    }

    /** With ids on both sides of 2^63, a signed order would give another cluster id. */
    @Test
    void idsAreOrderedAsUnsignedNumbers() {
        Map<String, List<String>> cluster =
                cluster(
                        "pd1", "http://127.0.0.1:2380",
                        "pd2", "http://127.0.0.1:2390",
                        "pd3", "http://127.0.0.1:2400");
        List<String> ids =
                ClusterIdentity.membersOf(new InitialCluster(cluster, "pd-cluster")).stream()
                        .map(member -> Long.toHexString(member.id()))
                        .collect(Collectors.toList());
        assertEquals(List.of("3037d9ad26fb2231", "327cb14a150dec05", "814b629d232ef0fc"), ids);
        assertEquals("eceaa42d0d2deec9", clusterId(cluster, "pd-cluster"));
    }
}
