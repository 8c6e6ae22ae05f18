package org.pdtoolkit.server.discovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer of etcd's old keys API: a node, or an error.
 *
 * @param node {@code null} for an error
 * @param index of the store when it answered, 0 if it does not say
 * @param errorCode 0 for none
 */
record KeysReply(Node node, long index, int errorCode, String message) {

    /**
     * A key.
     *
     * @param value empty for a directory
     * @param children of a directory
     */
    record Node(
            String key, String value, long createdIndex, long modifiedIndex, List<Node> children) {
        private long newest() {
            return children.stream().mapToLong(Node::newest).reduce(modifiedIndex, Math::max);
        }
    }

    /**
     * @param index from the answer's header; without one the newest that the nodes tell is taken
     * @throws org.pdtoolkit.server.runtime.NodeStartException when this is no answer of that API
     */
    static KeysReply parse(byte[] body, long index) {
        Node node = null;
        int errorCode = 0;
        String message = "";
        try (JsonParser json = new JsonFactory().createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw badEndpoint("expected a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "node" -> node = node(json);
                    case "errorCode" -> errorCode = json.getValueAsInt();
                    case "message" -> message = json.getValueAsString("");
                    default -> json.skipChildren();
                }
            }
        } catch (IOException e) {
            throw badEndpoint(e.getMessage().lines().findFirst().orElse("not JSON"));
        }
        if (node == null && errorCode == 0) {
            throw badEndpoint("neither a node nor an error in the answer");
        }
        return new KeysReply(
                node, index == 0 && node != null ? node.newest() : index, errorCode, message);
    }

    private static Node node(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw badEndpoint("expected a node");
        }
        String key = "";
        String value = "";
        long created = 0;
        long modified = 0;
        List<Node> children = new ArrayList<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "key" -> key = json.getValueAsString("");
                case "value" -> value = json.getValueAsString("");
                case "createdIndex" -> created = json.getValueAsLong();
                case "modifiedIndex" -> modified = json.getValueAsLong();
                case "nodes" -> {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        children.add(node(json));
                    }
                }
                default -> json.skipChildren();
            }
        }
        return new Node(key, value, created, modified, List.copyOf(children));
    }

    /** The node, unless the answer is an error. */
    Node orRefuse() {
        if (node == null) {
            throw Rendezvous.refused(message, "the registry answers with error " + errorCode);
        }
        return node;
    }

    private static RuntimeException badEndpoint(String detail) {
        return Rendezvous.refused(
                "discovery: bad discovery endpoint",
                "the URL is not one of a registry of etcd's keys API: " + detail);
    }
}
