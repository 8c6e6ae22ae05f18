package org.pdtoolkit.server.proxy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.storage.support.DurableFiles;

/**
 * The one file of a proxy, {@code <data-dir>/proxy/cluster}: {@code {"PeerURLs":["http://…"]}}.
 *
 * <p>Thread: one at a time.
 */
final class ClusterFile {
    private static final String FIELD = "PeerURLs";
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Path file;

    ClusterFile(Path dataDir) {
        this.file = dataDir.resolve("proxy").resolve("cluster");
    }

    /** Whether a proxy has run on this data directory. */
    static boolean present(Path dataDir) {
        return Files.isDirectory(dataDir.resolve("proxy"));
    }

    /** The saved peer URLs; empty before the first were saved. */
    List<String> read() throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<String> urls = new ArrayList<>();
        try (JsonParser json = FACTORY.createParser(Files.readAllBytes(file))) {
            boolean wanted = false;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    wanted = json.currentName().equals(FIELD);
                } else if (token == JsonToken.VALUE_STRING && wanted) {
                    urls.add(json.getText());
                }
            }
        }
        return List.copyOf(urls);
    }

    /** Saves them in one durable step. */
    void write(List<String> peerUrls) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(128);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart(FIELD);
            for (String url : peerUrls) {
                json.writeString(url);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        DurableFiles.createDirectories(file.getParent());
        DurableFiles.replace(file, out.toByteArray());
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
