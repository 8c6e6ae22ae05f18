package org.pdtoolkit.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.UnknownFieldSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pdtoolkit.wire.apipb.Apipb;
import org.pdtoolkit.wire.authpb.Authpb;
import org.pdtoolkit.wire.encryptionpb.Encryptionpb;
import org.pdtoolkit.wire.eraftpb.Eraftpb;
import org.pdtoolkit.wire.etcdserverpb.Etcdserverpb;
import org.pdtoolkit.wire.meta_storagepb.MetaStoragepb;
import org.pdtoolkit.wire.metapb.Metapb;
import org.pdtoolkit.wire.metapb.Store;
import org.pdtoolkit.wire.mvccpb.Mvccpb;
import org.pdtoolkit.wire.pdpb.Pdpb;
import org.pdtoolkit.wire.raft_serverpb.RaftServerpb;
import org.pdtoolkit.wire.replication_modepb.ReplicationModepb;
import org.pdtoolkit.wire.v3electionpb.V3Electionpb;
import org.pdtoolkit.wire.v3lockpb.V3Lockpb;

/** Compares the generated descriptors with the tables of the original, in both directions. */
class WireLayoutTest {
    private static final Map<String, FileDescriptor> FILES = files();

    /** One line of a table. */
    record Row(
            String kind,
            String name,
            String field,
            String number,
            String label,
            String type,
            String request,
            String response,
            String streaming) {}

    private static Map<String, FileDescriptor> files() {
        Map<String, FileDescriptor> files = new LinkedHashMap<>();
        files.put("apipb", Apipb.getDescriptor());
        files.put("encryptionpb", Encryptionpb.getDescriptor());
        files.put("eraftpb", Eraftpb.getDescriptor());
        files.put("meta_storagepb", MetaStoragepb.getDescriptor());
        files.put("metapb", Metapb.getDescriptor());
        files.put("pdpb", Pdpb.getDescriptor());
        files.put("raft_serverpb", RaftServerpb.getDescriptor());
        files.put("replication_modepb", ReplicationModepb.getDescriptor());
        files.put("mvccpb", Mvccpb.getDescriptor());
        files.put("authpb", Authpb.getDescriptor());
        files.put("etcdserverpb", Etcdserverpb.getDescriptor());
        files.put("v3electionpb", V3Electionpb.getDescriptor());
        files.put("v3lockpb", V3Lockpb.getDescriptor());
        return files;
    }

    static List<String> packages() {
        return List.copyOf(FILES.keySet());
    }

    @ParameterizedTest
    @MethodSource("packages")
    void everyMessageFieldEnumValueAndRpcIsThatOfTheOriginal(String name) {
        TreeSet<String> expected = new TreeSet<>();
        for (Row row : table(name)) {
            expected.add(line(row));
        }
        TreeSet<String> actual = new TreeSet<>();
        FileDescriptor file = FILES.get(name);
        assertEquals(name, file.getPackage());
        file.getServices().forEach(service -> describe(service, actual));
        file.getEnumTypes().forEach(type -> describe(name, type, actual));
        file.getMessageTypes().forEach(type -> describe(name, type, actual));
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    @Test
    void thePdServiceDeclaresAllItsMethods() {
        ServiceDescriptor pd = Pdpb.getDescriptor().findServiceByName("PD");
        assertNotNull(pd);
        assertEquals(55, pd.getMethods().size());
    }

    @Test
    void unknownFieldsSurviveAReadAndAWrite() throws IOException {
        // Newer stores add fields to Store and expect them back.
        byte[] newer =
                Store.newBuilder()
                        .setId(-1)
                        .setUnknownFields(
                                UnknownFieldSet.newBuilder()
                                        .addField(
                                                4000,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addVarint(7)
                                                        .build())
                                        .build())
                        .build()
                        .toByteArray();
        var store = Store.parseFrom(newer);
        assertEquals("18446744073709551615", Long.toUnsignedString(store.getId()));
        assertTrue(Arrays.equals(newer, store.toByteArray()));
    }

    private static String line(Row row) {
        return switch (row.kind()) {
            case "service" ->
                    "rpc %s.%s(%s) %s %s"
                            .formatted(
                                    row.name(),
                                    row.field(),
                                    row.request(),
                                    row.response(),
                                    row.streaming());
            case "enum" -> "enum %s.%s=%s".formatted(row.name(), row.field(), row.number());
            case "message" ->
                    row.field().isEmpty()
                            ? "message " + row.name()
                            : "message %s.%s=%s %s %s"
                                    .formatted(
                                            row.name(),
                                            row.field(),
                                            row.number(),
                                            row.label(),
                                            row.type());
            default -> throw new IllegalArgumentException("unknown kind " + row.kind());
        };
    }

    private static void describe(ServiceDescriptor service, TreeSet<String> into) {
        for (MethodDescriptor method : service.getMethods()) {
            String streaming =
                    method.isClientStreaming()
                            ? method.isServerStreaming() ? "bidi" : "client-stream"
                            : method.isServerStreaming() ? "server-stream" : "unary";
            into.add(
                    "rpc %s.%s(%s) %s %s"
                            .formatted(
                                    service.getName(),
                                    method.getName(),
                                    method.getInputType().getFullName(),
                                    method.getOutputType().getFullName(),
                                    streaming));
        }
    }

    private static void describe(String prefix, EnumDescriptor type, TreeSet<String> into) {
        String name = type.getFullName().substring(prefix.length() + 1);
        type.getValues()
                .forEach(
                        value ->
                                into.add(
                                        "enum %s.%s=%d"
                                                .formatted(
                                                        name, value.getName(), value.getNumber())));
    }

    private static void describe(String prefix, Descriptor type, TreeSet<String> into) {
        if (type.getOptions().getMapEntry()) {
            return;
        }
        String name = type.getFullName().substring(prefix.length() + 1);
        if (type.getFields().isEmpty()) {
            into.add("message " + name);
        }
        for (FieldDescriptor field : type.getFields()) {
            into.add(
                    "message %s.%s=%d %s %s"
                            .formatted(
                                    name,
                                    field.getName(),
                                    field.getNumber(),
                                    label(field),
                                    typeOf(field)));
        }
        for (var range : type.toProto().getReservedRangeList()) {
            int last = range.getEnd() - 1;
            into.add(
                    "message %s.(reserved)=%s reserved "
                            .formatted(
                                    name,
                                    range.getStart() == last
                                            ? String.valueOf(last)
                                            : range.getStart() + "-" + last));
        }
        type.getEnumTypes().forEach(nested -> describe(prefix, nested, into));
        type.getNestedTypes().forEach(nested -> describe(prefix, nested, into));
    }

    private static String label(FieldDescriptor field) {
        if (field.isMapField()) {
            return "map";
        }
        if (field.isRepeated()) {
            return "repeated";
        }
        return field.getContainingOneof() == null
                ? "optional"
                : "oneof:" + field.getContainingOneof().getName();
    }

    private static String typeOf(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            return "map<%s,%s>"
                    .formatted(
                            typeOf(entry.findFieldByNumber(1)), typeOf(entry.findFieldByNumber(2)));
        }
        return switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getFullName();
            case ENUM -> field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static List<Row> table(String name) {
        String path = "/layouts/" + name + ".tsv";
        List<Row> rows = new ArrayList<>();
        try (InputStream stream = WireLayoutTest.class.getResourceAsStream(path);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.readLine();
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                String[] cells = Arrays.copyOf(text.split("\t", -1), 9);
                for (int i = 0; i < cells.length; i++) {
                    cells[i] = cells[i] == null ? "" : cells[i];
                }
                rows.add(
                        new Row(
                                cells[0], cells[1], cells[2], cells[3], cells[4], cells[5],
                                cells[6], cells[7], cells[8]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertTrue(rows.size() > 1, path);
        return rows;
    }
}
