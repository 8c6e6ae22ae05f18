package org.pdtoolkit.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges;
import org.pdtoolkit.placement.Placement;
import org.pdtoolkit.placement.Placement.MemberDetails;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.server.port.ErrorRows;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.wire.ErrorCatalogue;

/** Members, the leader, and the health of all. Source: behaviour page, section 2. */
final class MemberPages {
    private static final MemberDetails NO_DETAILS = new MemberDetails(0, "", "", "");

    private final Placement placement;
    private final MemberChanges changes;
    private final MemberClient client;

    MemberPages(Placement placement, MemberChanges changes, MemberClient client) {
        this.placement = placement;
        this.changes = changes;
        this.client = client;
    }

    void addTo(Router router) {
        router.add("GET", PdApi.V1 + "/members", this::members)
                .add("POST", PdApi.V1 + "/members/name/{name}", this::setProperties)
                .add("DELETE", PdApi.V1 + "/members/name/{name}", this::removeNamed)
                .add("DELETE", PdApi.V1 + "/members/id/{id}", this::removeNumbered)
                .add("GET", PdApi.V1 + "/leader", this::leader)
                .add("POST", PdApi.V1 + "/leader/resign", this::resign)
                .add("POST", PdApi.V1 + "/leader/transfer/{name}", this::transfer)
                .add("GET", PdApi.V1 + "/health", this::health)
                .add("GET", "/pd/health", this::health);
    }

    private CompletionStage<HttpReply> members(HttpCall call, List<String> variables) {
        long clusterId = placement.clusterId();
        List<Member> members = placement.members();
        Optional<Member> leader = placement.leader();
        Optional<Member> raftLeader = placement.raftLeader();
        Map<Long, CompletableFuture<MemberDetails>> details = new LinkedHashMap<>();
        for (Member member : members) {
            details.put(member.id(), placement.memberDetails(member.id()));
        }
        return CompletableFuture.allOf(details.values().toArray(CompletableFuture<?>[]::new))
                .handle(
                        (all, failure) ->
                                failure != null
                                        ? Replies.failed(failure)
                                        : Replies.json(
                                                json -> {
                                                    json.writeStartObject();
                                                    json.writeObjectFieldStart("header");
                                                    GoJson.unsignedField(
                                                            json, "cluster_id", clusterId);
                                                    json.writeEndObject();
                                                    json.writeArrayFieldStart("members");
                                                    for (Member member : members) {
                                                        write(json, member, details);
                                                    }
                                                    json.writeEndArray();
                                                    optional(json, "leader", leader, details);
                                                    optional(
                                                            json,
                                                            "etcd_leader",
                                                            raftLeader,
                                                            details);
                                                    json.writeEndObject();
                                                }));
    }

    private CompletionStage<HttpReply> leader(HttpCall call, List<String> variables) {
        return CompletableFuture.completedFuture(
                placement
                        .leader()
                        .map(leader -> Replies.json(json -> write(json, leader, NO_DETAILS)))
                        .orElseGet(() -> Replies.refusal(ErrorCatalogue.LEADER_NIL)));
    }

    private CompletionStage<HttpReply> resign(HttpCall call, List<String> variables) {
        return placement
                .resignLeader()
                .handle(
                        (done, failure) ->
                                failure == null
                                        ? Replies.message(200, "The resign command is submitted.")
                                        : Replies.failed(failure));
    }

    private CompletionStage<HttpReply> transfer(HttpCall call, List<String> variables) {
        return placement
                .transferLeader(variables.get(0))
                .handle(
                        (done, failure) -> {
                            if (failure == null) {
                                return Replies.message(200, "The transfer command is submitted.");
                            }
                            return isMemberNotFound(failure)
                                    ? Replies.refusal(ErrorCatalogue.NO_TRANSFEREE)
                                    : Replies.failed(failure);
                        });
    }

    private CompletionStage<HttpReply> setProperties(HttpCall call, List<String> variables) {
        String name = variables.get(0);
        if (placement.members().stream().noneMatch(member -> member.name().equals(name))) {
            return CompletableFuture.completedFuture(
                    Replies.refusal(ErrorCatalogue.MEMBER_NOT_FOUND, name));
        }
        PriorityBody.Result body = PriorityBody.read(call.body());
        if (body.refusal().isPresent()) {
            return CompletableFuture.completedFuture(body.refusal().get());
        }
        if (body.priority().isEmpty()) {
            return CompletableFuture.completedFuture(Replies.message(200, "success"));
        }
        return placement
                .setLeaderPriority(name, body.priority().getAsInt())
                .handle(
                        (done, failure) -> {
                            if (failure == null) {
                                return Replies.message(200, "success");
                            }
                            return isMemberNotFound(failure)
                                    ? Replies.refusal(ErrorCatalogue.MEMBER_NOT_FOUND, name)
                                    : Replies.failed(failure);
                        });
    }

    private CompletionStage<HttpReply> removeNamed(HttpCall call, List<String> variables) {
        String name = variables.get(0);
        return placement.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .map(member -> remove(member.id(), name))
                .orElseGet(
                        () ->
                                CompletableFuture.completedFuture(
                                        Replies.refusal(ErrorCatalogue.MEMBER_NOT_FOUND, name)));
    }

    private CompletionStage<HttpReply> removeNumbered(HttpCall call, List<String> variables) {
        String text = variables.get(0);
        if (!text.matches("[0-9]+")) {
            return badId(text, "invalid syntax");
        }
        try {
            long id = Long.parseUnsignedLong(text);
            return remove(id, Long.toUnsignedString(id));
        } catch (NumberFormatException e) {
            return badId(text, "value out of range");
        }
    }

    private static CompletionStage<HttpReply> badId(String text, String why) {
        return CompletableFuture.completedFuture(
                Replies.refusal(ErrorCatalogue.BAD_MEMBER_ID, text, why));
    }

    /** First the priority, as in the original: a leader that removes itself can do no more. */
    private CompletionStage<HttpReply> remove(long id, String shown) {
        return placement
                .deleteLeaderPriority(id)
                .thenCompose(done -> changes.remove(id))
                .handle(
                        (changed, failure) ->
                                failure == null
                                        ? Replies.message(200, "removed, pd: " + shown)
                                        : notRemoved(KvException.unwrapped(failure)));
    }

    private static HttpReply notRemoved(Throwable cause) {
        return cause instanceof KvException refused
                ? Replies.refusal(
                        ErrorCatalogue.MEMBER_NOT_REMOVED, ErrorRows.of(refused.error()).text())
                : Replies.failed(cause);
    }

    private static boolean isMemberNotFound(Throwable failure) {
        return KvException.unwrapped(failure) instanceof PlacementException refused
                && refused.error() == PlacementError.MEMBER_NOT_FOUND;
    }

    private CompletionStage<HttpReply> health(HttpCall call, List<String> variables) {
        List<Member> members = placement.members();
        List<CompletableFuture<Boolean>> healthy = new ArrayList<>(members.size());
        for (Member member : members) {
            healthy.add(anyAnswers(member.clientUrls()));
        }
        return CompletableFuture.allOf(healthy.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        all ->
                                Replies.json(
                                        json -> {
                                            json.writeStartArray();
                                            for (int i = 0; i < members.size(); i++) {
                                                write(json, members.get(i), healthy.get(i).join());
                                            }
                                            json.writeEndArray();
                                        }));
    }

    /** Whether a member answers at one of its URLs, which are asked one after the other. */
    private CompletableFuture<Boolean> anyAnswers(List<String> urls) {
        CompletableFuture<Boolean> answer = CompletableFuture.completedFuture(false);
        for (String url : urls) {
            answer =
                    answer.thenCompose(
                            answered ->
                                    answered
                                            ? CompletableFuture.completedFuture(true)
                                            : client.ping(url));
        }
        return answer;
    }

    private static void write(JsonGenerator json, Member member, boolean healthy)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", member.name());
        GoJson.unsignedField(json, "member_id", member.id());
        if (member.clientUrls().isEmpty()) {
            json.writeNullField("client_urls");
        } else {
            GoJson.arrayField(json, "client_urls", member.clientUrls());
        }
        json.writeBooleanField("health", healthy);
        json.writeEndObject();
    }

    private static void optional(
            JsonGenerator json,
            String field,
            Optional<Member> member,
            Map<Long, CompletableFuture<MemberDetails>> details)
            throws IOException {
        if (member.isPresent()) {
            json.writeFieldName(field);
            write(json, member.get(), details);
        }
    }

    private static void write(
            JsonGenerator json, Member member, Map<Long, CompletableFuture<MemberDetails>> details)
            throws IOException {
        CompletableFuture<MemberDetails> found = details.get(member.id());
        write(json, member, found == null ? NO_DETAILS : found.join());
    }

    private static void write(JsonGenerator json, Member member, MemberDetails details)
            throws IOException {
        json.writeStartObject();
        GoJson.optionalField(json, "name", member.name());
        GoJson.unsignedField(json, "member_id", member.id());
        if (!member.peerUrls().isEmpty()) {
            GoJson.arrayField(json, "peer_urls", member.peerUrls());
        }
        if (!member.clientUrls().isEmpty()) {
            GoJson.arrayField(json, "client_urls", member.clientUrls());
        }
        if (details.leaderPriority() != 0) {
            json.writeNumberField("leader_priority", details.leaderPriority());
        }
        GoJson.optionalField(json, "deploy_path", details.deployPath());
        GoJson.optionalField(json, "binary_version", details.binaryVersion());
        GoJson.optionalField(json, "git_hash", details.gitHash());
        json.writeEndObject();
    }
}
