package org.pdtoolkit.tests.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.support.Certificates;

/** A certificate does not turn TLS on: the scheme of the URL does, on either port. */
class TlsPerUrlTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({"http, http", "http, https", "https, http", "https, https"})
    void thePortSpeaksWhatItsUrlSays(String clientScheme, String peerScheme) throws Exception {
        Certificates certificates = Certificates.issue();
        TlsFiles papers = certificates.files(directory, true);
        int port = Ports.free(2);
        String clientUrl = clientScheme + "://127.0.0.1:" + port;
        String peerUrl = peerScheme + "://127.0.0.1:" + (port + 1);
        List<String> flags =
                List.of(
                        "--etcd-only",
                        "--name=m1",
                        "--data-dir=" + directory.resolve("data"),
                        "--client-urls=" + clientUrl,
                        "--peer-urls=" + peerUrl,
                        "--cert=" + papers.certificate(),
                        "--key=" + papers.key(),
                        "--cacert=" + papers.authority().orElseThrow());
        try (NodeProcess node = new NodeProcess("m1", flags, directory.resolve("log"))) {
            node.start();
            LocalCluster.await(
                    "member ready; it says " + node.output(),
                    PATIENCE,
                    () -> node.output().contains("ready to serve client requests"));
            assertAnswers(certificates, clientUrl + "/version", "\"etcdserver\":");
            assertAnswers(certificates, peerUrl + "/members", peerUrl);
        }
    }

    private static void assertAnswers(Certificates certificates, String url, String text)
            throws Exception {
        HttpResponse<String> answer = get(certificates, url);
        assertEquals(200, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains(text), answer.body());
    }

    private static HttpResponse<String> get(Certificates certificates, String url)
            throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.clientContext()).build();
        return client.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
