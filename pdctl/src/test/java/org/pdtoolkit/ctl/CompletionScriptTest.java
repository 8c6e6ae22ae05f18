package org.pdtoolkit.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The completion code, run by a real bash. */
class CompletionScriptTest {
    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    TYPED                              | OFFERED
                    mem                                | member
                    h                                  | health help
                    -u x:1 c                           | cluster completion
                    member l                           | leader leader_priority
                    -o json member leader t            | transfer
                    -u x:1 member leader transfer p    | pd1 pd2
                    -u x:1 member leader_priority pd2  | pd2
                    -u y:2 member leader transfer p    |
                    member leader transfer --w         | --wait
                    -u x:1 member leader transfer --wait 1s p | pd1 pd2
                    member -o j                        | json
                    completion z                       | zsh
                    tso 1                              |
                    """)
    void offersWordsFlagsValuesAndNames(String typed, String offered)
            throws IOException, InterruptedException {
        // Knows the members only of the address that was typed, as a real pdctl does.
        Path pdctl = directory.resolve("pdctl");
        Files.writeString(
                pdctl, "#!/bin/sh\n[ \"$*\" = '-u x:1 --timeout 1s __members' ] && echo pd1 pd2\n");
        assertTrue(pdctl.toFile().setExecutable(true));
        Path script = directory.resolve("completion");
        Files.writeString(script, Cli.run("completion", "bash").out());
        String body =
                "source "
                        + script
                        + "; PATH="
                        + directory
                        + ":$PATH; COMP_WORDS=(pdctl "
                        + typed
                        + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _pdctl;"
                        + " echo \"${COMPREPLY[*]}\"";
        Process bash =
                new ProcessBuilder(List.of("bash", "-uc", body)).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertTrue(bash.waitFor(10, TimeUnit.SECONDS));
        assertEquals(offered == null ? "" : offered, said.strip());
    }
}
