package org.pdtoolkit.server.grpc.pd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.port.ClientPort;
import org.pdtoolkit.server.port.HttpReply;
import org.pdtoolkit.server.support.FixedKv;
import org.pdtoolkit.server.support.Ports;
import org.pdtoolkit.server.support.ScriptedPlacement;
import org.pdtoolkit.wire.pdpb.AllocIDRequest;
import org.pdtoolkit.wire.pdpb.GetMembersRequest;
import org.pdtoolkit.wire.pdpb.PDGrpc;
import org.pdtoolkit.wire.pdpb.RequestHeader;
import org.pdtoolkit.wire.pdpb.TsoRequest;
import org.pdtoolkit.wire.pdpb.TsoResponse;

/** Calls that name the leader, sent to a follower and to the leader, over real ports. */
class ForwardingTest {
    private static final long LEADER = 1;
    private static final long FOLLOWER = 2;

    private final ScriptedPlacement leaderPlacement = new ScriptedPlacement();
    private final ScriptedPlacement followerPlacement = new ScriptedPlacement();
    private final List<AutoCloseable> open = new ArrayList<>();
    private ScheduledExecutorService timer;
    private String leaderHost;
    private ManagedChannel toLeader;
    private ManagedChannel toFollower;

    @BeforeEach
    void open() {
        timer = Executors.newSingleThreadScheduledExecutor();
        ClientPort leader = openNode(leaderPlacement, LEADER);
        ClientPort follower = openNode(followerPlacement, FOLLOWER);
        leaderHost = "127.0.0.1:" + leader.addresses().get(0).getPort();
        followerPlacement.serving = false;
        Optional<Member> known =
                Optional.of(
                        new Member(
                                LEADER,
                                "leader",
                                List.of(),
                                List.of("http://unused.invalid:1", "http://" + leaderHost),
                                false));
        leaderPlacement.leader = known;
        followerPlacement.leader = known;
        toLeader = Ports.channel(leader);
        toFollower = Ports.channel(follower);
    }

    private ClientPort openNode(ScriptedPlacement placement, long memberId) {
        PdServices services =
                new PdServices(
                        placement,
                        memberId,
                        new FixedKv(),
                        () -> 3,
                        timer,
                        new TsoCounters(),
                        Optional.empty());
        ClientPort port =
                Ports.open(
                        services.services(),
                        call -> CompletableFuture.completedFuture(HttpReply.empty(404)));
        open.add(port);
        open.add(services);
        return port;
    }

    @AfterEach
    void close() throws Exception {
        toLeader.shutdownNow();
        toFollower.shutdownNow();
        for (AutoCloseable part : open) {
            part.close();
        }
        timer.shutdownNow();
    }

    private static final class Ignoring implements StreamObserver<TsoResponse> {
        @Override
        public void onNext(TsoResponse answer) {
            // Of no interest.
        }

        @Override
        public void onError(Throwable failure) {
            // Of no interest.
        }

        @Override
        public void onCompleted() {
            // Of no interest.
        }
    }

    private static PDGrpc.PDBlockingStub naming(ManagedChannel channel, String host) {
        Metadata headers = new Metadata();
        headers.put(Forwarding.HOST, host);
        return PDGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private AllocIDRequest idRequest() {
        return AllocIDRequest.newBuilder()
                .setHeader(RequestHeader.newBuilder().setClusterId(leaderPlacement.clusterId))
                .build();
    }

    private Status refused(PDGrpc.PDBlockingStub stub) {
        return assertThrows(StatusRuntimeException.class, () -> stub.allocID(idRequest()))
                .getStatus();
    }

    @ParameterizedTest
    @CsvSource({"http://", "https://"})
    void aFollowerPassesTheCallOnWhateverTheScheme(String scheme) {
        assertEquals(1, naming(toFollower, scheme + leaderHost).allocID(idRequest()).getId());
        assertEquals(2, naming(toFollower, scheme + leaderHost).allocID(idRequest()).getId());
    }

    @Test
    void theLeaderNamedToItselfAndAnEmptyNameAreHandledHere() {
        assertEquals(1, naming(toLeader, "http://" + leaderHost).allocID(idRequest()).getId());
        assertEquals(2, naming(toLeader, "").allocID(idRequest()).getId());
        assertEquals("not leader", refused(naming(toFollower, "")).getDescription());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            http://127.0.0.1:1    | "http://127.0.0.1:1"
            nonsense              | "nonsense"
            a"b                   | "a\\"b"
            """)
    void aNameThatIsNotTheLeadersIsRefused(String host, String quoted) {
        Status status = refused(naming(toFollower, host));
        assertEquals(Status.Code.INVALID_ARGUMENT, status.getCode());
        assertEquals(
                "forwarded host "
                        + quoted
                        + " is not a client URL of the PD leader: pd is not leader of cluster",
                status.getDescription());
    }

    @Test
    void aNameWithoutASchemeIsRefused() {
        assertEquals(
                Status.Code.INVALID_ARGUMENT, refused(naming(toFollower, leaderHost)).getCode());
    }

    @Test
    void withoutALeaderNobodyIsAsked() {
        followerPlacement.leader = Optional.empty();
        Status status = refused(naming(toFollower, "http://" + leaderHost));
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertEquals("not leader", status.getDescription());
    }

    @Test
    void aLeaderThatHasLostItsOfficeAnswersInItsOwnWordsAndPassesNothingOn() {
        leaderPlacement.serving = false;
        leaderPlacement.leader =
                Optional.of(
                        new Member(FOLLOWER, "x", List.of(), List.of("http://127.0.0.1:1"), false));
        Status status = refused(naming(toFollower, "http://" + leaderHost));
        assertEquals(Status.Code.UNAVAILABLE, status.getCode());
        assertEquals("not leader", status.getDescription());
    }

    @Test
    void membersAreAnsweredByWhoeverIsAsked() {
        followerPlacement.members = List.of(ScriptedPlacement.member(7));
        assertEquals(
                "pd7",
                naming(toFollower, "http://" + leaderHost)
                        .getMembers(GetMembersRequest.getDefaultInstance())
                        .getMembers(0)
                        .getName());
    }

    @Test
    void theDeadlineTravelsAlong() throws Exception {
        CompletableFuture<Deadline> seen = new CompletableFuture<>();
        leaderPlacement.timestampSource =
                count -> {
                    seen.complete(Context.current().getDeadline());
                    return leaderPlacement.nextTimestamp(count);
                };
        Metadata headers = new Metadata();
        headers.put(Forwarding.HOST, "http://" + leaderHost);
        PDGrpc.newStub(toFollower)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(100, TimeUnit.SECONDS)
                .tso(new Ignoring())
                .onNext(
                        TsoRequest.newBuilder()
                                .setHeader(idRequest().getHeader())
                                .setCount(1)
                                .build());
        long left = seen.get(10, TimeUnit.SECONDS).timeRemaining(TimeUnit.SECONDS);
        assertTrue(left > 60 && left <= 100, "seconds left: " + left);
    }

    @Test
    void timestampStreamsKeepTheirOrderAndTheirEnd() throws Exception {
        int requests = 2_000;
        AtomicLong answers = new AtomicLong();
        AtomicLong last = new AtomicLong();
        CompletableFuture<Status> end = new CompletableFuture<>();
        Metadata headers = new Metadata();
        headers.put(Forwarding.HOST, "http://" + leaderHost);
        StreamObserver<TsoRequest> sender =
                PDGrpc.newStub(toFollower)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .tso(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(TsoResponse answer) {
                                        long timestamp =
                                                (answer.getTimestamp().getPhysical() << 18)
                                                        + answer.getTimestamp().getLogical();
                                        if (timestamp > last.getAndSet(timestamp)) {
                                            answers.incrementAndGet();
                                        }
                                    }

                                    @Override
                                    public void onError(Throwable failure) {
                                        end.complete(Status.fromThrowable(failure));
                                    }

                                    @Override
                                    public void onCompleted() {
                                        end.complete(Status.OK);
                                    }
                                });
        TsoRequest request =
                TsoRequest.newBuilder()
                        .setHeader(
                                RequestHeader.newBuilder().setClusterId(leaderPlacement.clusterId))
                        .setCount(3)
                        .build();
        for (int i = 0; i < requests; i++) {
            sender.onNext(request);
        }
        sender.onCompleted();
        assertEquals(Status.Code.OK, end.get(20, TimeUnit.SECONDS).getCode());
        assertEquals(requests, answers.get());
    }

    @Test
    void errorsOfTheLeaderReachTheClient() {
        Status status =
                assertThrows(
                                StatusRuntimeException.class,
                                () ->
                                        naming(toFollower, "http://" + leaderHost)
                                                .allocID(AllocIDRequest.getDefaultInstance()))
                        .getStatus();
        assertEquals(Status.Code.FAILED_PRECONDITION, status.getCode());
        assertTrue(status.getDescription().startsWith("mismatch cluster id, need "));
    }

    @Test
    void aLeaderThatIsGoneIsUnavailable() throws Exception {
        open.get(0).close();
        assertEquals(
                Status.Code.UNAVAILABLE,
                refused(naming(toFollower, "http://" + leaderHost)).getCode());
    }
}
