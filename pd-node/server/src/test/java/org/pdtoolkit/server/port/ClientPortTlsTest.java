package org.pdtoolkit.server.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.server.support.Certificates;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.RawHttp;

/** The port behind TLS. */
class ClientPortTlsTest {
    private final AtomicReference<SSLSession> seenSession = new AtomicReference<>();
    private Certificates certificates;
    private ClientPort port;
    @TempDir private Path directory;

    @BeforeEach
    void issueCertificates() throws Exception {
        certificates = Certificates.issue();
    }

    @AfterEach
    void close() {
        if (port != null) {
            port.close();
        }
    }

    private TlsFiles files(boolean clientsShowCertificates) throws IOException {
        return certificates.files(directory, clientsShowCertificates);
    }

    private void open(boolean clientsShowCertificates) throws IOException {
        open(clientsShowCertificates, PortLimits.defaults());
    }

    private void open(boolean clientsShowCertificates, PortLimits limits) throws IOException {
        ServerInterceptor session =
                new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        seenSession.set(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
                        return next.startCall(call, headers);
                    }
                };
        var health =
                ServerInterceptors.intercept(new HealthStatusManager().getHealthService(), session);
        port =
                Ports.open(
                        Optional.of(files(clientsShowCertificates)),
                        List.of(() -> health),
                        call ->
                                CompletableFuture.completedFuture(
                                        HttpReply.of(200, "text/plain", call.target())),
                        limits);
    }

    private static PortLimits shortHandshake() {
        PortLimits limits = PortLimits.defaults();
        return new PortLimits(
                limits.connectionsMax(),
                Duration.ofMillis(300),
                limits.httpRequest(),
                limits.httpIdle(),
                limits.headerBytesMax(),
                limits.httpBodyBytesMax(),
                limits.messageBytesMax(),
                limits.streamsMax(),
                Duration.ofSeconds(1),
                2);
    }

    private InetSocketAddress address() {
        return port.addresses().get(0);
    }

    private SSLSocket connect(Optional<X509Bundle> identity, String... protocols) throws Exception {
        KeyManager[] keys =
                identity.isPresent() ? identity.get().toKeyManagerFactory().getKeyManagers() : null;
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                keys, certificates.authority().toTrustManagerFactory().getTrustManagers(), null);
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(address().getAddress(), address().getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private String callHealth(Optional<X509Bundle> identity) throws Exception {
        SslContextBuilder context =
                GrpcSslContexts.forClient()
                        .trustManager(certificates.authority().toTrustManagerFactory());
        if (identity.isPresent()) {
            context.keyManager(identity.get().toKeyManagerFactory());
        }
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(address()).sslContext(context.build()).build();
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus()
                    .name();
        } finally {
            channel.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            OFFERED     | CHOSEN
            http/1.1    | http/1.1
            # as the HTTP client of Go and curl do
            h2 http/1.1 | http/1.1
            http/1.1 h2 | http/1.1
            # as gRPC clients do
            h2          | h2
            spdy/3      | ''
            """)
    void http11IsChosenWhereverItIsOffered(String offered, String chosen) throws Exception {
        open(false);
        try (SSLSocket socket = connect(Optional.empty(), offered.split(" "))) {
            assertEquals(chosen, socket.getApplicationProtocol());
            if (!chosen.equals("h2")) {
                try (RawHttp http = new RawHttp(socket)) {
                    http.send("GET", "/secure", Map.of(), "");
                    assertEquals("/secure", http.answer().body());
                }
            }
        }
    }

    @Test
    void aClientWithoutAlpnIsServed() throws Exception {
        open(false);
        try (RawHttp http = new RawHttp(connect(Optional.empty()))) {
            http.send("GET", "/plain", Map.of(), "");
            assertEquals("/plain", http.answer().body());
        }
    }

    @Test
    void grpcRunsBehindTlsAndServicesSeeTheSession() throws Exception {
        open(false);
        assertEquals("SERVING", callHealth(Optional.empty()));
        assertTrue(seenSession.get().getProtocol().startsWith("TLSv1."));
    }

    @Test
    void withAnAuthorityClientsMustShowACertificateOfIt() throws Exception {
        open(true);
        assertEquals("SERVING", callHealth(Optional.of(certificates.node())));
        assertEquals(
                certificates.node().getCertificate(), seenSession.get().getPeerCertificates()[0]);
        assertThrows(StatusRuntimeException.class, () -> callHealth(Optional.empty()));
        X509Bundle stranger = Certificates.authority("CN=stranger");
        assertThrows(StatusRuntimeException.class, () -> callHealth(Optional.of(stranger)));
        assertEquals("SERVING", callHealth(Optional.of(certificates.node())));
    }

    @Test
    void aClientThatSpeaksHttpInTheClearIsToldSo() throws Exception {
        open(false);
        try (RawHttp http = new RawHttp(address())) {
            http.send("GET", "/", Map.of(), "");
            assertEquals(
                    "HTTP/1.0 400 Bad Request\r\n\r\n"
                            + "Client sent an HTTP request to an HTTPS server.\n",
                    http.rest());
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "16030100", "1603010200010001fc0303", "ff"})
    void handshakesThatDoNotComeToAnEndAreClosed(String hex) throws Exception {
        open(false, shortHandshake());
        byte[] bytes = HexFormat.of().parseHex(hex);
        try (RawHttp http = new RawHttp(address())) {
            http.send(new String(bytes, StandardCharsets.ISO_8859_1));
            http.rest();
        }
    }

    @Test
    void unusableFilesAreRefusedByName() throws Exception {
        TlsFiles good = files(false);
        Path missing = directory.resolve("missing.pem");
        Path broken = Files.writeString(directory.resolve("broken.pem"), "no certificate");
        for (TlsFiles files :
                List.of(
                        new TlsFiles(missing, good.key(), Optional.empty()),
                        new TlsFiles(broken, good.key(), Optional.empty()),
                        new TlsFiles(good.certificate(), broken, Optional.empty()),
                        new TlsFiles(good.certificate(), good.key(), Optional.of(broken)))) {
            PortException refused =
                    assertThrows(
                            PortException.class,
                            () ->
                                    ClientPort.start(
                                            List.of(Ports.candidate()),
                                            Optional.of(files),
                                            List.of(),
                                            call -> null));
            assertTrue(
                    refused.getMessage().startsWith("cannot use certificate "),
                    refused.getMessage());
            assertTrue(
                    refused.getMessage().contains(files.certificate().toString()),
                    refused.getMessage());
        }
    }
}
