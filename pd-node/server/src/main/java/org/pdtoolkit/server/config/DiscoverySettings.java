package org.pdtoolkit.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a member without data asks who founds the cluster with it. */
public sealed interface DiscoverySettings {

    /**
     * A registry in the keys of a running cluster.
     *
     * @param endpoints host:port or URL each
     * @param token name of the cluster there
     * @param login to authenticate with
     */
    record Registry(
            List<String> endpoints,
            String token,
            Optional<Login> login,
            Transport transport,
            Times times)
            implements DiscoverySettings {}

    /** User and password. */
    record Login(String user, String password) {
        @Override
        public String toString() {
            return user;
        }
    }

    /**
     * How endpoints are spoken to.
     *
     * @param plainText whether host:port means plain text
     * @param acceptAnyCertificate for tests only
     * @param authorities PEM file, those of the system by default
     * @param cert PEM file of the certificate to show; present if and only if key is
     */
    record Transport(
            boolean plainText,
            boolean acceptAnyCertificate,
            Optional<Path> authorities,
            Optional<Path> cert,
            Optional<Path> key) {}

    /** Bounds of waiting for an endpoint, milliseconds. */
    record Times(
            long dialMillis, long requestMillis, long keepaliveMillis, long keepaliveTimeout) {}

    /**
     * A registry behind a token URL.
     *
     * @param proxy HTTP proxy on the way
     * @param fallBackToProxy whether a full cluster makes a proxy of this node
     */
    record TokenUrl(URI url, Optional<URI> proxy, boolean fallBackToProxy)
            implements DiscoverySettings {}

    /**
     * SRV records.
     *
     * @param domain {@code dns:///domain} or {@code dns://server[:port]/domain}
     * @param service suffix of the service's name
     */
    record Srv(URI domain, Optional<String> service) implements DiscoverySettings {}
}
