package org.pdtoolkit.server.offline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pdtoolkit.server.offline.Inspection.Part;
import org.pdtoolkit.storage.Space;

/** An {@link Inspection} as a table for people and as JSON for scripts. */
final class InspectionText {
    private static final int LABEL_WIDTH = 16;

    private final Inspection seen;

    InspectionText(Inspection seen) {
        this.seen = seen;
    }

    String table() {
        StringBuilder text = new StringBuilder();
        row(text, "directory", seen.source().path().toString());
        String version =
                seen.source().version().isPresent()
                        ? "format version " + seen.source().version().getAsInt()
                        : "no FORMAT file";
        row(text, "backend", seen.source().backend() + ", " + version);
        if (seen.identity().isPresent()) {
            row(text, "cluster", id(seen.identity().get().clusterId()));
            String name = seen.name().isEmpty() ? "" : ", name " + seen.name();
            row(text, "member", id(seen.identity().get().memberId()) + name);
        } else {
            row(text, "member", "none: the storage is new");
        }
        Inspection.Log log = seen.log();
        row(
                text,
                "hard state",
                "term %s, vote %s, commit %d",
                Long.toUnsignedString(log.hard().term()),
                log.hard().vote() == 0 ? "none" : id(log.hard().vote()),
                log.hard().commit());
        row(
                text,
                "log",
                log.entries() == 0
                        ? "no entries, next index " + log.firstIndex()
                        : String.format(
                                Locale.ROOT,
                                "entries %d to %d (%d), terms %d to %d",
                                log.firstIndex(),
                                log.lastIndex(),
                                log.entries(),
                                log.firstTerm(),
                                log.lastTerm()));
        row(text, "log base", "index %d, term %d", log.baseIndex(), log.baseTerm());
        row(text, "applied", "index %d, term %d", seen.applied().index(), seen.applied().term());
        row(
                text,
                "snapshot",
                seen.content()
                        .snapshot()
                        .map(
                                s ->
                                        String.format(
                                                Locale.ROOT,
                                                "index %d, term %d, %s",
                                                s.index(),
                                                s.term(),
                                                Sizes.text(s.bytes())))
                        .orElse("none"));
        row(
                text,
                "size on disk",
                "%s; state %s, of which live %s",
                Sizes.text(seen.bytes().directory()),
                Sizes.text(seen.bytes().stateTotal()),
                Sizes.text(seen.bytes().stateLive()));
        seen.content().notes().forEach(note -> row(text, "not understood", note));
        spaces(text);
        members(text);
        return text.toString();
    }

    private void spaces(StringBuilder text) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "%n%-10s %12s %14s %14s%n",
                        "SPACE",
                        "PAIRS",
                        "KEY BYTES",
                        "VALUE BYTES"));
        for (Map.Entry<Space, Tally> entry : seen.content().spaces().entrySet()) {
            Tally tally = entry.getValue();
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-10s %12d %14d %14d%n",
                            name(entry.getKey()),
                            tally.pairs(),
                            tally.keyBytes(),
                            tally.valueBytes()));
        }
    }

    private void members(StringBuilder text) {
        if (seen.members().isEmpty()) {
            return;
        }
        String format = "%-12s %-10s %-40s %s%n";
        text.append(String.format(Locale.ROOT, "%n" + format, "NAME", "ROLE", "ID", "PEER URLS"));
        for (Part part : seen.members()) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            format,
                            part.member().name().isEmpty() ? "-" : part.member().name(),
                            part.role(),
                            id(part.member().id()),
                            String.join(",", part.member().peerUrls())));
        }
    }

    private static void row(StringBuilder text, String label, String format, Object... values) {
        row(text, label, String.format(Locale.ROOT, format, values));
    }

    private static void row(StringBuilder text, String label, String value) {
        text.append(label).append(" ".repeat(LABEL_WIDTH - label.length())).append(value);
        text.append(System.lineSeparator());
    }

    /** As PD's tools show it, and as etcd's do. */
    private static String id(long id) {
        return Long.toUnsignedString(id) + " (" + Long.toHexString(id) + ")";
    }

    private static String name(Space space) {
        return space.name().toLowerCase(Locale.ROOT);
    }

    String json() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("directory", seen.source().path().toString());
            json.writeStringField("backend", seen.source().backend());
            if (seen.source().version().isPresent()) {
                json.writeNumberField("format_version", seen.source().version().getAsInt());
            } else {
                json.writeNullField("format_version");
            }
            identity(json);
            log(json);
            json.writeObjectFieldStart("applied");
            json.writeNumberField("index", seen.applied().index());
            json.writeNumberField("term", seen.applied().term());
            json.writeEndObject();
            membersOf(json);
            content(json);
            json.writeEndObject();
        }
        return text + "\n";
    }

    private void identity(JsonGenerator json) throws IOException {
        if (seen.identity().isEmpty()) {
            json.writeNullField("identity");
            return;
        }
        json.writeObjectFieldStart("identity");
        id(json, "cluster_id", seen.identity().get().clusterId());
        id(json, "member_id", seen.identity().get().memberId());
        json.writeStringField("name", seen.name());
        json.writeEndObject();
    }

    private void log(JsonGenerator json) throws IOException {
        Inspection.Log log = seen.log();
        json.writeObjectFieldStart("hard_state");
        json.writeNumberField("term", log.hard().term());
        id(json, "vote", log.hard().vote());
        json.writeNumberField("commit", log.hard().commit());
        json.writeEndObject();
        json.writeObjectFieldStart("log");
        json.writeNumberField("entries", log.entries());
        json.writeNumberField("base_index", log.baseIndex());
        json.writeNumberField("base_term", log.baseTerm());
        json.writeNumberField("first_index", log.firstIndex());
        json.writeNumberField("last_index", log.lastIndex());
        json.writeNumberField("first_term", log.firstTerm());
        json.writeNumberField("last_term", log.lastTerm());
        json.writeEndObject();
    }

    private void membersOf(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("members");
        for (Part part : seen.members()) {
            json.writeStartObject();
            id(json, "member_id", part.member().id());
            json.writeStringField("name", part.member().name());
            json.writeStringField("role", part.role());
            list(json, "peer_urls", part.member().peerUrls());
            list(json, "client_urls", part.member().clientUrls());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void content(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("spaces");
        for (Map.Entry<Space, Tally> entry : seen.content().spaces().entrySet()) {
            json.writeObjectFieldStart(name(entry.getKey()));
            json.writeNumberField("pairs", entry.getValue().pairs());
            json.writeNumberField("key_bytes", entry.getValue().keyBytes());
            json.writeNumberField("value_bytes", entry.getValue().valueBytes());
            json.writeEndObject();
        }
        json.writeEndObject();
        if (seen.content().snapshot().isPresent()) {
            json.writeObjectFieldStart("snapshot");
            json.writeNumberField("index", seen.content().snapshot().get().index());
            json.writeNumberField("term", seen.content().snapshot().get().term());
            json.writeNumberField("bytes", seen.content().snapshot().get().bytes());
            json.writeEndObject();
        } else {
            json.writeNullField("snapshot");
        }
        json.writeObjectFieldStart("sizes");
        json.writeNumberField("directory_bytes", seen.bytes().directory());
        json.writeNumberField("state_bytes", seen.bytes().stateTotal());
        json.writeNumberField("state_live_bytes", seen.bytes().stateLive());
        json.writeEndObject();
        list(json, "not_understood", seen.content().notes());
    }

    /** In decimal, as in PD's JSON, and in hex for tools that keep no 64 bits. */
    private static void id(JsonGenerator json, String name, long id) throws IOException {
        json.writeFieldName(name);
        json.writeNumber(new BigInteger(Long.toUnsignedString(id)));
        json.writeStringField(name + "_hex", Long.toHexString(id));
    }

    private static void list(JsonGenerator json, String name, List<String> texts)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
