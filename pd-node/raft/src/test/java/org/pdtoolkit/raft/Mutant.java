package org.pdtoolkit.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.mutation.PatchedClasses;
import org.pdtoolkit.mutation.PatchedClasses.Patch;

/** A bug to be planted, as {@code mutants/core.txt} lists them; the file says how to read it. */
record Mutant(String name, Patch patch, String witness, String symptom) {
    /** As a witness: groups under faults. */
    static final String SIMULATION = "Simulation";

    private static final Path SOURCES = Path.of("src/main/java/org/pdtoolkit/raft");

    static List<Mutant> all() {
        try (InputStream in = Mutant.class.getResourceAsStream("/mutants/core.txt")) {
            String text = new String(in.readAllBytes(), UTF_8);
            List<Mutant> mutants = new ArrayList<>();
            for (String paragraph : text.split("\n\n+")) {
                List<String> lines =
                        paragraph.lines().filter(line -> !line.startsWith("#")).toList();
                if (!lines.isEmpty()) {
                    mutants.add(parse(lines));
                }
            }
            return mutants;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param file path below the package of the core
     */
    static Patch patch(String file, String text, String replacement) {
        return new Patch(SOURCES.resolve(file), text, replacement);
    }

    /** The core with its bug, and its tests. */
    static PatchedClasses core(Patch patch) {
        return new PatchedClasses("org.pdtoolkit.raft.", List.of(patch));
    }

    private static Mutant parse(List<String> lines) {
        String[] facts = lines.get(1).split(" \\| ?", -1);
        Patch patch = patch(facts[0], joined(lines, '-'), joined(lines, '+'));
        return new Mutant(lines.get(0), patch, facts[1], facts[2]);
    }

    private static String joined(List<String> lines, char mark) {
        List<String> marked = new ArrayList<>();
        for (String line : lines) {
            if (line.charAt(0) == mark) {
                marked.add(line.substring(1));
            }
        }
        return String.join("\n", marked);
    }
}
