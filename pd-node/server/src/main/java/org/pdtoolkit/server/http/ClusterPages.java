package org.pdtoolkit.server.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.port.NodeInfo;

/** The cluster as a whole, and this node. Source: behaviour page, section 2. */
final class ClusterPages {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String NEVER = "0001-01-01T00:00:00Z";

    /** RFC 3339 with as many digits of the fraction as needed. */
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder()
                    .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .appendLiteral('Z')
                    .toFormatter(Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Placement placement;
    private final NodeInfo node;
    private final IntSupplier maxReplicas;

    ClusterPages(Placement placement, NodeInfo node, IntSupplier maxReplicas) {
        this.placement = placement;
        this.node = node;
        this.maxReplicas = maxReplicas;
    }

    void addTo(Router router) {
        Page ping = (call, variables) -> done(HttpReply.empty(200));
        router.add("GET", PdApi.V1 + "/cluster", this::cluster)
                .add(Router.ANY, PdApi.V1 + "/cluster/status", this::clusterStatus)
                .add("GET", PdApi.V1 + "/version", this::version)
                .add("GET", PdApi.V1 + "/status", this::status)
                .add("GET", PdApi.V1 + "/ping", ping)
                .add("GET", "/pd/ping", ping);
    }

    private CompletionStage<HttpReply> cluster(HttpCall call, List<String> variables) {
        return done(
                Replies.json(
                        json -> {
                            json.writeStartObject();
                            GoJson.unsignedField(json, "id", placement.clusterId());
                            json.writeNumberField("max_peer_count", maxReplicas.getAsInt());
                            json.writeEndObject();
                        }));
    }

    private CompletionStage<HttpReply> clusterStatus(HttpCall call, List<String> variables) {
        return done(
                Replies.json(
                        json -> {
                            json.writeStartObject();
                            json.writeStringField(
                                    "raft_bootstrap_time", time(placement.bootstrapTimeNanos()));
                            json.writeBooleanField("is_initialized", placement.bootstrapped());
                            json.writeStringField("replication_status", "");
                            json.writeEndObject();
                        }));
    }

    private CompletionStage<HttpReply> version(HttpCall call, List<String> variables) {
        return done(
                Replies.json(
                        json -> {
                            json.writeStartObject();
                            json.writeStringField("version", node.version());
                            json.writeStringField("build_time", "");
                            json.writeStringField("hash", "");
                            json.writeStringField("branch", "");
                            json.writeEndObject();
                        }));
    }

    private CompletionStage<HttpReply> status(HttpCall call, List<String> variables) {
        return done(
                Replies.json(
                        json -> {
                            json.writeStartObject();
                            json.writeStringField("build_ts", node.buildTime());
                            json.writeStringField("version", node.version());
                            json.writeStringField("git_hash", node.gitHash());
                            json.writeNumberField("start_timestamp", node.startTimestampSeconds());
                            json.writeStringField("kernel_type", "Classic");
                            json.writeEndObject();
                        }));
    }

    /**
     * @param unixNanos 0 for never
     */
    static String time(long unixNanos) {
        return unixNanos == 0
                ? NEVER
                : TIME.format(
                        Instant.ofEpochSecond(
                                Math.floorDiv(unixNanos, NANOS_PER_SECOND),
                                Math.floorMod(unixNanos, NANOS_PER_SECOND)));
    }

    private static CompletionStage<HttpReply> done(HttpReply reply) {
        return CompletableFuture.completedFuture(reply);
    }
}
