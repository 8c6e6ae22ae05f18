package org.pdtoolkit.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.StorageOption;
import org.pdtoolkit.storage.StorageProvider;

/** pd-storage(7) shows the byte maps and the options that the code has. */
class StoragePageTest {
    private static final Path ROOT = Path.of("../..");
    private static final Path PAGE = ROOT.resolve("man/pd-storage.7");
    private static final String END = ".\\\" end";
    private static final Pattern FROM = Pattern.compile("\\.\\\\\" from: (\\S+) (\\d)");
    private static final Pattern OPTIONS = Pattern.compile("\\.\\\\\" options: (\\S+)");

    @Test
    void thePageIsCurrent() throws IOException {
        List<String> old = Files.readAllLines(PAGE);
        List<String> page = new ArrayList<>();
        int parts = 0;
        boolean skipping = false;
        for (String line : old) {
            skipping &= !line.equals(END);
            if (skipping) {
                continue;
            }
            page.add(line);
            Matcher from = FROM.matcher(line);
            Matcher options = OPTIONS.matcher(line);
            if (from.matches()) {
                page.addAll(map(ROOT.resolve(from.group(1)), Integer.parseInt(from.group(2))));
            } else if (options.matches()) {
                page.addAll(options(options.group(1)));
            } else {
                continue;
            }
            skipping = true;
            parts++;
        }
        assertTrue(parts > 10, parts + " parts come from the code");
        if (Boolean.getBoolean("testdata.rewrite")) {
            Files.write(PAGE, page);
        }
        String advice = "run this test with -Dtestdata.rewrite=true";
        assertEquals(String.join("\n", Files.readAllLines(PAGE)), String.join("\n", page), advice);
    }

    /** The nth preformatted block of the comments in a source file. */
    private static List<String> map(Path source, int number) throws IOException {
        List<String> block = null;
        int seen = 0;
        for (String line : Files.readAllLines(source)) {
            if (line.equals(" * </pre>") && block != null) {
                return block;
            }
            if (block != null) {
                block.add(troff(line.replaceFirst("^ \\* ?", "")));
            }
            if (line.equals(" * <pre>") && ++seen == number) {
                block = new ArrayList<>();
            }
        }
        throw new AssertionError(source + " has no block " + number);
    }

    private static List<String> options(String backend) {
        StorageProvider provider = StorageChoice.available().get(backend);
        List<String> lines = new ArrayList<>();
        for (StorageOption option : provider.options()) {
            lines.add(".TP");
            lines.add("\\fB" + option.name() + "\\fR");
            lines.add(option.description() + " Default: " + option.defaultValue() + ".");
        }
        return lines;
    }

    private static String troff(String line) {
        String plain =
                line.replaceAll("\\{@link (?:\\w+#)?(\\w+)}", "$1")
                        .replaceAll("\\{@code ([^}]*)}", "$1")
                        .replace("\\", "\\e")
                        .replace("-", "\\-");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
