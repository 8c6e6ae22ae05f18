package org.pdtoolkit.server.config;

import java.util.List;

/** What a command line, the environment and a file amount to: a node to start, or an answer. */
public sealed interface LoadResult {

    /** Exit code after help, version and a configuration without problems. */
    int EXIT_OK = 0;

    /** Exit code when the configuration has problems. */
    int EXIT_USAGE = 2;

    /** Exit code when the configuration is fine but asks for what does not exist yet. */
    int EXIT_NOT_SUPPORTED_YET = 10;

    /**
     * Start a node.
     *
     * @param config checked as far as that is possible without touching the data directory
     * @param warnings one sentence each, to be logged once the log is set up
     */
    record Start(NodeConfig config, List<String> warnings) implements LoadResult {
        public Start {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Print and exit.
     *
     * @param code exit code of the process
     * @param stdoutText for standard output, with final line break, may be empty
     * @param stderrText for standard error, with final line break, may be empty
     */
    record Exit(int code, String stdoutText, String stderrText) implements LoadResult {}
}
