package org.pdtoolkit.server.proxy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.observe.Reasons;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;

/**
 * Finds out who the members are, again and again: over the peer URLs it knows, or over client URLs
 * when it was given some. The first that answers is believed; what it says of the others' peer URLs
 * is saved for the next start.
 *
 * <p>Thread: its own, which keeps the process alive.
 */
final class MemberWatch implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(MemberWatch.class);
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Duration PAUSE_WHILE_EMPTY = Duration.ofSeconds(1);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    private final ProxySettings settings;
    private final ClusterFile file;
    private final Endpoints endpoints;
    private final MemberHttp members;
    private final Thread thread = new Thread(this::run, "proxy-members");
    private List<String> peerUrls;
    private List<String> clientUrls;
    private String lastProblem = "";

    /** The URLs of all members. */
    private record Urls(Set<String> peers, Set<String> clients) {}

    /**
     * @param peerUrls asked first; may be empty if the settings name endpoints
     */
    MemberWatch(
            ProxySettings settings,
            ClusterFile file,
            Endpoints endpoints,
            MemberHttp members,
            List<String> peerUrls) {
        this.settings = settings;
        this.file = file;
        this.endpoints = endpoints;
        this.peerUrls = peerUrls;
        this.clientUrls = settings.endpoints();
        this.members = members;
    }

    void start() {
        thread.start();
    }

    private void run() {
        // Here, and not on the network loop of the first request.
        members.client();
        try {
            while (true) {
                look();
                Duration pause =
                        endpoints.isEmpty() ? PAUSE_WHILE_EMPTY : settings.times().refresh();
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            }
        } catch (InterruptedException stopped) {
            LOG.debug("no longer looking for members");
        }
    }

    private void look() throws InterruptedException {
        List<String> asked = settings.endpoints().isEmpty() ? peerUrls : clientUrls;
        List<String> problems = new ArrayList<>();
        for (String url : asked) {
            try {
                Urls urls = settings.endpoints().isEmpty() ? askPeer(url) : askClient(url);
                if (!urls.clients().isEmpty()) {
                    take(urls);
                    return;
                }
                problems.add(url + " knows no client URL yet");
            } catch (IOException | IllegalArgumentException | StatusRuntimeException e) {
                problems.add(url + ": " + Reasons.of(e));
            }
        }
        String problem = String.join("; ", problems);
        if (!problem.equals(lastProblem)) {
            LOG.warn("nobody says who the members are: {}", problem);
            lastProblem = problem;
        }
    }

    private void take(Urls urls) {
        lastProblem = "";
        List<URI> usable = new ArrayList<>();
        for (String url : urls.clients()) {
            try {
                URI uri = URI.create(url);
                if (uri.getHost() == null || uri.getPort() < 0) {
                    throw new IllegalArgumentException("no host or port");
                }
                usable.add(uri);
            } catch (IllegalArgumentException e) {
                LOG.warn("a member advertises {}, which cannot be used", url);
            }
        }
        if (endpoints.update(usable)) {
            LOG.info("the members' client URLs are {}", urls.clients());
        }
        clientUrls = List.copyOf(urls.clients());
        List<String> peers = urls.peers().stream().sorted().toList();
        if (!peers.isEmpty() && !peers.equals(peerUrls)) {
            peerUrls = peers;
            try {
                file.write(peers);
            } catch (IOException e) {
                LOG.error("{} cannot be written: {}", file, e.toString());
            }
        }
    }

    private Urls askPeer(String url) throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                members.client()
                        .send(
                                HttpRequest.newBuilder(URI.create(url + "/members"))
                                        .timeout(ANSWER_MAX)
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode());
        }
        return parse(response.body());
    }

    private static Urls parse(byte[] members) throws IOException {
        Urls urls = new Urls(new LinkedHashSet<>(), new LinkedHashSet<>());
        try (JsonParser json = FACTORY.createParser(members)) {
            String field = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    field = json.currentName();
                } else if (token == JsonToken.VALUE_STRING && field.equals("peerURLs")) {
                    urls.peers().add(json.getText());
                } else if (token == JsonToken.VALUE_STRING && field.equals("clientURLs")) {
                    urls.clients().add(json.getText());
                }
            }
        }
        return urls;
    }

    private Urls askClient(String url) {
        URI uri = URI.create(url);
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort());
        Optional<TlsFiles> tls = settings.tls();
        ManagedChannel channel =
                "https".equals(uri.getScheme())
                        ? builder.sslContext(MemberTls.forGrpc(tls)).build()
                        : builder.usePlaintext().build();
        try {
            return members(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private static Urls members(Channel channel) {
        Urls urls = new Urls(new LinkedHashSet<>(), new LinkedHashSet<>());
        for (Member member :
                ClusterGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS)
                        .memberList(MemberListRequest.getDefaultInstance())
                        .getMembersList()) {
            urls.peers().addAll(member.getPeerURLsList());
            urls.clients().addAll(member.getClientURLsList());
        }
        return urls;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
