package org.pdtoolkit.server.port;

/**
 * What this node says about itself.
 *
 * @param name name of the member
 * @param version version of the server, a semantic version without a leading {@code v}
 * @param gitHash commit of the build, empty when unknown
 * @param buildTime time of the build as text, empty when unknown
 * @param startTimestampSeconds Unix seconds at which the process started
 */
public record NodeInfo(
        String name,
        String version,
        String gitHash,
        String buildTime,
        long startTimestampSeconds) {}
