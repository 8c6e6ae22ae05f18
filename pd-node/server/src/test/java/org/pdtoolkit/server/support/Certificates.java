package org.pdtoolkit.server.support;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.pdtoolkit.server.port.TlsFiles;

/**
 * An authority made for one test, and what it issued.
 *
 * @param node of a server or a client on loopback
 */
public record Certificates(X509Bundle authority, X509Bundle node) {
    public static Certificates issue() throws Exception {
        X509Bundle authority = authority("CN=test authority");
        X509Bundle node =
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=node")
                        .addSanDnsName("localhost")
                        .addSanIpAddress("127.0.0.1")
                        .buildIssuedBy(authority);
        return new Certificates(authority, node);
    }

    /** Of a client that trusts the authority, and shows the node's certificate when it is asked. */
    public SSLContext clientContext() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                node.toKeyManagerFactory().getKeyManagers(),
                authority.toTrustManagerFactory().getTrustManagers(),
                null);
        return context;
    }

    /** Signs itself; nobody knows it yet. */
    public static X509Bundle authority(String subject) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject(subject)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    /**
     * Writes the node's files.
     *
     * @param clientsShowCertificates whether the authority is among them
     */
    public TlsFiles files(Path directory, boolean clientsShowCertificates) throws IOException {
        Path certificate =
                Files.writeString(directory.resolve("node.pem"), node.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("node.key"), node.getPrivateKeyPEM());
        Path ca = Files.writeString(directory.resolve("ca.pem"), authority.getRootCertificatePEM());
        return new TlsFiles(
                certificate, key, clientsShowCertificates ? Optional.of(ca) : Optional.empty());
    }
}
