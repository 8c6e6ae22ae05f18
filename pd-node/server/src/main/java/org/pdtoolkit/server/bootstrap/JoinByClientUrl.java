package org.pdtoolkit.server.bootstrap;

import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.grpc.MemberChannels;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.Member;
import org.pdtoolkit.wire.etcdserverpb.MemberAddRequest;
import org.pdtoolkit.wire.etcdserverpb.MemberAddResponse;
import org.pdtoolkit.wire.etcdserverpb.MemberListRequest;

/**
 * PD's {@code --join}: adds this member through the client port of a running cluster, then joins.
 *
 * <p>What was agreed on is kept in the file {@code join} of the data dir, so that a member which
 * failed between being added and its first entry does not add itself twice. Source: PD's
 * PrepareJoinCluster.
 */
final class JoinByClientUrl implements ColdStart {
    private static final Logger LOG = LogManager.getLogger(JoinByClientUrl.class);
    private static final String FILE = "join";
    private static final int CALL_SECONDS = 10;

    /** A cluster is careful for five seconds after its last change. */
    private static final int PATIENCE_SECONDS = 30;

    private static final int PAUSE_MILLIS = 500;

    private final NodeConfig config;
    private final Optional<TlsFiles> tls;
    private final ExistingCluster existing;

    JoinByClientUrl(NodeConfig config, Optional<TlsFiles> tls, ExistingCluster existing) {
        this.config = config;
        this.tls = tls;
        this.existing = existing;
    }

    @Override
    public Origin origin() {
        List<String> own = config.advertiseClientUrls().stream().map(URI::toString).toList();
        List<String> urls = config.join().orElseThrow().stream().map(URI::toString).toList();
        if (urls.stream().anyMatch(own::contains)) {
            throw new NodeStartException(
                    "join self is forbidden: --join "
                            + String.join(",", urls)
                            + " is this member's own client URL; name the client URLs of the"
                            + " cluster to join");
        }
        Path file = config.dataDir().resolve(FILE);
        try {
            if (Files.exists(file)) {
                LOG.info("this member was added before: file={}", file);
                return existing.join(read(Files.readString(file).strip()));
            }
            Map<String, List<String>> cluster = added(urls);
            Files.writeString(file, text(cluster) + "\n", StandardCharsets.UTF_8);
            return existing.join(cluster);
        } catch (IOException e) {
            throw new NodeStartException("cannot keep what was joined in " + file + ": " + e, e);
        }
    }

    private Map<String, List<String>> added(List<String> urls) {
        List<Member> members =
                call(
                        urls,
                        stub ->
                                stub.memberList(
                                                MemberListRequest.newBuilder()
                                                        .setLinearizable(true)
                                                        .build())
                                        .getMembersList());
        for (Member member : members) {
            if (member.getName().isEmpty()) {
                throw notJoined(member);
            }
            if (member.getName().equals(config.name())) {
                throw new NodeStartException(
                        "missing data or join a duplicated pd: the cluster has a member "
                                + config.name()
                                + " ("
                                + Long.toHexString(member.getID())
                                + "), but the data dir "
                                + config.dataDir()
                                + " is empty. Remove that member ('pdctl member delete name "
                                + config.name()
                                + "') and start again, or choose another --name");
            }
        }
        MemberAddRequest request =
                MemberAddRequest.newBuilder()
                        .addAllPeerURLs(
                                config.advertisePeerUrls().stream().map(URI::toString).toList())
                        .build();
        MemberAddResponse added = call(urls, stub -> stub.memberAdd(request));
        Map<String, List<String>> cluster = new LinkedHashMap<>();
        for (Member member : added.getMembersList()) {
            boolean self = member.getID() == added.getMember().getID();
            if (!self && member.getName().isEmpty()) {
                throw notJoined(member);
            }
            cluster.put(self ? config.name() : member.getName(), member.getPeerURLsList());
        }
        if (!cluster.containsKey(config.name())) {
            throw new NodeStartException(
                    "join failed, adds the new member " + config.name() + " may failed");
        }
        return cluster;
    }

    private static NodeStartException notJoined(Member member) {
        return new NodeStartException(
                "there is a member that has not joined successfully: "
                        + Long.toHexString(member.getID())
                        + " with peer URLs "
                        + member.getPeerURLsList()
                        + ". Start it, or remove it ('pdctl member delete id "
                        + Long.toUnsignedString(member.getID())
                        + "')");
    }

    /** Asks one member after the other, again while the cluster is too young for a change. */
    private <T> T call(List<String> urls, Function<ClusterGrpc.ClusterBlockingStub, T> request) {
        Deadline patience = Deadline.after(PATIENCE_SECONDS, TimeUnit.SECONDS);
        try (MemberChannels channels = new MemberChannels(tls)) {
            while (true) {
                StatusRuntimeException failure = null;
                for (String url : urls) {
                    try {
                        return request.apply(
                                ClusterGrpc.newBlockingStub(channels.to(url))
                                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS));
                    } catch (StatusRuntimeException e) {
                        failure = e;
                    }
                }
                if (!isTooYoung(failure) || patience.isExpired()) {
                    throw refused(urls, failure);
                }
                LOG.info("not yet: {}", failure.getStatus().getDescription());
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeStartException("interrupted while joining", e);
        }
    }

    private static boolean isTooYoung(StatusRuntimeException failure) {
        String text = String.valueOf(failure.getStatus().getDescription());
        return text.contains("unhealthy cluster") || text.contains("not enough started members");
    }

    private NodeStartException refused(List<String> urls, StatusRuntimeException failure) {
        Status status = failure.getStatus();
        String reason =
                status.getDescription() == null ? status.toString() : status.getDescription();
        return new NodeStartException(
                "cannot join " + String.join(",", urls) + ": " + reason + hint(urls), failure);
    }

    private String hint(List<String> urls) {
        for (String url : urls) {
            Optional<List<String>> clients = existing.clientUrlsBehind(URI.create(url));
            if (clients.isPresent()) {
                return ". "
                        + url
                        + " is a peer URL (port 2380 by default); --join takes client URLs (port"
                        + " 2379), here "
                        + String.join(",", clients.get());
            }
        }
        return ". --join takes client URLs (port 2379 by default) of a cluster that runs";
    }

    private static String text(Map<String, List<String>> cluster) {
        return cluster.entrySet().stream()
                .flatMap(e -> e.getValue().stream().map(url -> e.getKey() + "=" + url))
                .collect(Collectors.joining(","));
    }

    private static Map<String, List<String>> read(String text) {
        Map<String, List<String>> cluster = new LinkedHashMap<>();
        for (String pair : text.split(",")) {
            int at = pair.indexOf('=');
            if (at < 0) {
                throw new NodeStartException("the data dir's file join cannot be read: " + text);
            }
            cluster.computeIfAbsent(pair.substring(0, at), name -> new ArrayList<>())
                    .add(pair.substring(at + 1));
        }
        return cluster;
    }
}
