package org.pdtoolkit.server.grpc.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pdtoolkit.server.grpc.etcd.EtcdNode.refusal;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.support.FixedConsensus;
import org.pdtoolkit.wire.etcdserverpb.KVGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseGrpc;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveRequest;
import org.pdtoolkit.wire.etcdserverpb.LeaseKeepAliveResponse;
import org.pdtoolkit.wire.etcdserverpb.LeaseTimeToLiveRequest;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;
import org.pdtoolkit.wire.etcdserverpb.PutRequest;
import org.pdtoolkit.wire.etcdserverpb.RangeRequest;
import org.pdtoolkit.wire.etcdserverpb.StatusRequest;

/** What is checked before a service sees a call. */
class RulesTest {
    private static final RangeRequest RANGE =
            RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build();

    @TempDir static Path directory;
    private static final FixedConsensus GROUP = new FixedConsensus();
    private static EtcdNode node;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void start() throws Exception {
        node = EtcdNode.start(directory, Optional.of(GROUP));
        kv = KVGrpc.newBlockingStub(node.channel);
    }

    @BeforeEach
    void aVoterThatLeads() {
        GROUP.leaderId = GROUP.memberId();
        beLearner(false);
    }

    private static void beLearner(boolean learner) {
        GROUP.members = List.of(new Member(GROUP.memberId(), "m1", List.of(), List.of(), learner));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static ClientInterceptor with(String key, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    @Test
    void aCallThatWantsALeaderIsRefusedAtOnceWithoutOne() {
        GROUP.leaderId = 0;
        KVGrpc.KVBlockingStub wantsLeader = kv.withInterceptors(with("hasleader", "true"));
        assertEquals("UNAVAILABLE: etcdserver: no leader", refusal(() -> wantsLeader.range(RANGE)));
        RangeRequest local = RANGE.toBuilder().setSerializable(true).build();
        assertEquals(0, kv.range(local).getCount());
        assertEquals(0, kv.withInterceptors(with("hasleader", "false")).range(local).getCount());
    }

    @Test
    void anOpenStreamThatWantsALeaderEndsOnceTheLeaderIsGone() throws Exception {
        CompletableFuture<String> wanting = new CompletableFuture<>();
        CompletableFuture<String> other = new CompletableFuture<>();
        LeaseGrpc.LeaseStub stub = LeaseGrpc.newStub(node.channel);
        StreamObserver<LeaseKeepAliveRequest> open =
                stub.withInterceptors(with("hasleader", "true")).leaseKeepAlive(end(wanting));
        StreamObserver<LeaseKeepAliveRequest> indifferent = stub.leaseKeepAlive(end(other));
        // An answer shows that the stream was there before the leader went.
        open.onNext(LeaseKeepAliveRequest.newBuilder().setID(5).build());
        assertEquals(-1, ttlOf(5));
        GROUP.leaderId = 0;
        assertEquals("UNAVAILABLE: etcdserver: no leader", wanting.get(20, TimeUnit.SECONDS));
        indifferent.onCompleted();
        assertEquals("OK: null", other.get(20, TimeUnit.SECONDS));
    }

    private static long ttlOf(long id) {
        return LeaseGrpc.newBlockingStub(node.channel)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(id).build())
                .getTTL();
    }

    private static StreamObserver<LeaseKeepAliveResponse> end(CompletableFuture<String> seen) {
        return new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse answer) {
                assertEquals(0, answer.getTTL());
            }

            @Override
            public void onError(Throwable failure) {
                Status status = Status.fromThrowable(failure);
                seen.complete(status.getCode() + ": " + status.getDescription());
            }

            @Override
            public void onCompleted() {
                seen.complete("OK: null");
            }
        };
    }

    @Test
    void aLearnerAnswersStatusAndLocalRangesOnly() {
        beLearner(true);
        String refused = "FAILED_PRECONDITION: etcdserver: rpc not supported for learner";
        assertEquals(refused, refusal(() -> kv.range(RANGE)));
        assertEquals(refused, refusal(() -> kv.put(PutRequest.getDefaultInstance())));
        assertEquals(refused, refusal(() -> kv.rangeStream(RANGE).hasNext()));
        assertEquals(0, kv.range(RANGE.toBuilder().setSerializable(true).build()).getCount());
        assertTrue(
                MaintenanceGrpc.newBlockingStub(node.channel)
                        .status(StatusRequest.getDefaultInstance())
                        .getIsLearner());
    }

    /** Asked directly: gRPC's client does not send what is not ASCII. */
    @Test
    void aClientVersionIsAnyUtf8() {
        for (String version : List.of("3.6", "", "h\u00f6her")) {
            assertEquals("passed", versionRule(version.getBytes(StandardCharsets.UTF_8)));
        }
        assertEquals(
                "INVALID_ARGUMENT: etcdserver: invalid client api version",
                versionRule(new byte[] {'3', (byte) 0xc3}));
    }

    private static String versionRule(byte[] version) {
        Metadata metadata =
                InternalMetadata.newMetadata(
                        "client-api-version".getBytes(StandardCharsets.US_ASCII), version);
        RecordingCall call = new RecordingCall();
        new ClientVersionRule()
                .interceptCall(
                        call,
                        metadata,
                        (passed, unused) -> {
                            call.outcome = "passed";
                            return new ServerCall.Listener<>() {};
                        });
        return call.outcome;
    }

    /** A call without a connection. */
    private static final class RecordingCall extends ServerCall<byte[], byte[]> {
        private String outcome;

        @Override
        public void close(Status status, Metadata trailers) {
            outcome = status.getCode() + ": " + status.getDescription();
        }

        @Override
        public MethodDescriptor<byte[], byte[]> getMethodDescriptor() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void request(int messages) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sendHeaders(Metadata headers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sendMessage(byte[] message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }
    }

    @Test
    void whatIsNoMessageIsRefusedAndTheConnectionGoesOn() {
        assertEquals(
                "INTERNAL",
                refusal(() -> raw("etcdserverpb.KV/Range", new byte[] {(byte) 0x80}))
                        .split(":")[0]);
        assertEquals(0, kv.range(RANGE.toBuilder().setSerializable(true).build()).getCount());
    }

    @Test
    void unknownMethodsAndServicesAreNamed() {
        assertEquals(
                "UNIMPLEMENTED: unknown method Nope for service etcdserverpb.KV",
                refusal(() -> raw("etcdserverpb.KV/Nope", new byte[0])));
        assertEquals(
                "UNIMPLEMENTED: unknown service no.such.Service",
                refusal(() -> raw("no.such.Service/Nope", new byte[0])));
    }

    private static void raw(String method, byte[] message) {
        MethodDescriptor<byte[], byte[]> descriptor =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(method)
                        .setRequestMarshaller(RawBytes.INSTANCE)
                        .setResponseMarshaller(RawBytes.INSTANCE)
                        .build();
        ClientCalls.blockingUnaryCall(node.channel, descriptor, CallOptions.DEFAULT, message);
    }

    private enum RawBytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }
}
