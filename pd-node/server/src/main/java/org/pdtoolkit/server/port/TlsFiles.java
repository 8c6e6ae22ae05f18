package org.pdtoolkit.server.port;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Files that turn TLS on.
 *
 * @param certificate PEM chain of this node, leaf first
 * @param key PEM private key of the leaf (PKCS#8, not encrypted)
 * @param authority PEM certificates of the authorities that sign clients; when present every client
 *     must show a certificate signed by one of them
 */
public record TlsFiles(Path certificate, Path key, Optional<Path> authority) {}
