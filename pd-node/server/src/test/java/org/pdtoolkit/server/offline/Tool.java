package org.pdtoolkit.server.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.pdtoolkit.server.store.StorageChoice;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.tck.Picture;

/** Runs {@code pd-node storage} in this process, and makes data dirs for it. */
final class Tool {
    /** How a command ended, and what it said. */
    record Result(int code, byte[] data, String err) {
        String out() {
            return new String(data, StandardCharsets.UTF_8);
        }

        /** The digest of the content, which is the last word but those of a conversion. */
        String digest() {
            return (out() + err).replaceAll("(?s).*digest ([0-9a-f]{64}).*", "$1");
        }
    }

    private Tool() {}

    static Result run(Object... words) {
        return runOn(new byte[0], words);
    }

    static Result runOn(byte[] input, Object... words) {
        return run(StorageCommand::run, input, words);
    }

    /** Runs {@code pd-node snapshot}. */
    static Result snapshot(Object... words) {
        return run(SnapshotCommand::run, new byte[0], words);
    }

    private interface Main {
        int run(String[] args, InputStream in, PrintStream out, PrintStream err);
    }

    private static Result run(Main main, byte[] input, Object... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code =
                main.run(
                        Arrays.stream(words).map(Object::toString).toArray(String[]::new),
                        new ByteArrayInputStream(input),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs a command that must succeed. */
    static Result done(Object... words) {
        Result result = run(words);
        assertEquals(0, result.code(), Arrays.toString(words) + ": " + result.err());
        return result;
    }

    /** Makes a data dir and returns what it then answers. */
    static Picture make(String backend, Path directory, Consumer<Storage> content) {
        try (Storage storage = StorageChoice.of(backend).open(directory)) {
            content.accept(storage);
        }
        return picture(backend, directory);
    }

    static Picture picture(String backend, Path directory) {
        try (Storage storage = StorageChoice.of(backend).open(directory)) {
            return Picture.of(storage);
        }
    }

    static Stream<String> backends() {
        return StorageChoice.available().keySet().stream();
    }

    /** Every backend with every backend. */
    static Stream<Map.Entry<String, String>> conversions() {
        return backends().flatMap(from -> backends().map(to -> Map.entry(from, to)));
    }
}
