package org.pdtoolkit.server.transport;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;

/** Asks another member's peer port what {@link PeerHttp} answers. Thread: any; blocks. */
public final class PeerHttpClient {
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int PROMOTE_TIMEOUT_MILLIS = 10_000;
    private static final JsonFactory FACTORY = new JsonFactory();

    /** The members that a cluster has, as one of them sees it. */
    public record Listing(long clusterId, List<Member> members) {}

    private PeerHttpClient() {}

    /**
     * @param tls {@code null} for plain text
     * @throws IOException when there is no answer, or none of a member
     */
    public static Listing members(URI peer, SSLSocketFactory tls, int timeoutMillis)
            throws IOException {
        HttpURLConnection call = open(peer, "/members", tls, timeoutMillis);
        try {
            int status = call.getResponseCode();
            String clusterId = call.getHeaderField(PeerHttp.CLUSTER_ID);
            if (status != HttpURLConnection.HTTP_OK || clusterId == null) {
                throw new IOException("answers " + status + ", not with a list of members");
            }
            try (InputStream body = call.getInputStream()) {
                byte[] json = body.readNBytes(ANSWER_BYTES_MAX);
                return new Listing(Long.parseUnsignedLong(clusterId, 16), parse(json));
            } catch (NumberFormatException e) {
                throw new IOException("cluster id is no number: " + clusterId, e);
            }
        } finally {
            call.disconnect();
        }
    }

    /** Asks the leader at one of {@code urls} to promote; fails as {@code MemberChanges} does. */
    static void promote(List<URI> urls, long learner, SSLSocketFactory tls) {
        for (URI url : urls) {
            try {
                String page = "/members/promote/" + Long.toUnsignedString(learner);
                HttpURLConnection call = open(url, page, tls, PROMOTE_TIMEOUT_MILLIS);
                call.setRequestMethod("POST");
                call.setFixedLengthStreamingMode(0);
                call.setDoOutput(true);
                int status = call.getResponseCode();
                if (status == HttpURLConnection.HTTP_OK) {
                    call.disconnect();
                    return;
                }
                throw new KvException(error(call));
            } catch (IOException e) {
                // The next URL, if there is one, is the same member.
                continue;
            }
        }
        throw new KvException(KvError.TIMEOUT);
    }

    private static KvError error(HttpURLConnection call) throws IOException {
        try (InputStream body = call.getErrorStream()) {
            String name =
                    body == null
                            ? ""
                            : new String(body.readNBytes(100), StandardCharsets.UTF_8).strip();
            return KvError.valueOf(name);
        } catch (IllegalArgumentException e) {
            return KvError.TIMEOUT;
        }
    }

    private static HttpURLConnection open(
            URI peer, String page, SSLSocketFactory tls, int timeoutMillis) throws IOException {
        var call = (HttpURLConnection) peer.resolve(page).toURL().openConnection();
        call.setConnectTimeout(timeoutMillis);
        call.setReadTimeout(timeoutMillis);
        call.setUseCaches(false);
        if (call instanceof HttpsURLConnection secure && tls != null) {
            secure.setSSLSocketFactory(tls);
        }
        return call;
    }

    private static List<Member> parse(byte[] json) throws IOException {
        List<Member> members = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            expect(parser.nextToken(), JsonToken.START_ARRAY);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.START_OBJECT);
                members.add(member(parser));
            }
        }
        return members;
    }

    private static Member member(JsonParser parser) throws IOException {
        long id = 0;
        String name = "";
        boolean learner = false;
        List<String> peers = List.of();
        List<String> clients = List.of();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "id" -> id = parser.getBigIntegerValue().longValue();
                case "name" -> name = parser.getText();
                case "isLearner" -> learner = parser.getBooleanValue();
                case "peerURLs" -> peers = texts(parser);
                case "clientURLs" -> clients = texts(parser);
                default -> parser.skipChildren();
            }
        }
        return new Member(id, name, peers, clients, learner);
    }

    private static List<String> texts(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY);
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_STRING);
            texts.add(parser.getText());
        }
        return texts;
    }

    private static void expect(JsonToken is, JsonToken wanted) throws IOException {
        if (is != wanted) {
            throw new IOException("expected " + wanted + " in the list of members, found " + is);
        }
    }
}
