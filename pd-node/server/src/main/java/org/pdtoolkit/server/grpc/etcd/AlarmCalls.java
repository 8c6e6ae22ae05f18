package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AlarmControl;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Identity;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.AlarmMember;
import org.pdtoolkit.wire.etcdserverpb.AlarmRequest;
import org.pdtoolkit.wire.etcdserverpb.AlarmResponse;
import org.pdtoolkit.wire.etcdserverpb.AlarmType;

/** The alarm call of the Maintenance service. Whoever has logged in may look, roots may change. */
final class AlarmCalls {
    private final EtcdBackend backend;
    private final Headers headers;

    AlarmCalls(EtcdBackend backend, Headers headers) {
        this.backend = backend;
        this.headers = headers;
    }

    void answer(AlarmRequest request, StreamObserver<AlarmResponse> client) {
        Identity identity = CallIdentity.current();
        Answers.send(client, () -> carryOut(request, identity), this::response);
    }

    private CompletableFuture<List<Alarm>> carryOut(AlarmRequest request, Identity identity) {
        AuthView auth = backend.access().auth().local();
        Caller caller = auth.enabled() ? identity.caller() : Caller.ANONYMOUS;
        if (request.getAction() == AlarmRequest.AlarmAction.GET) {
            auth.requireUser(caller);
            return backend.alarms().current().thenApply(all -> ofType(all, request.getAlarm()));
        }
        auth.requireRoot(caller);
        AlarmControl alarms = backend.alarms().as(identity);
        return switch (request.getAction()) {
            case GET -> throw new IllegalStateException("answered before");
            case ACTIVATE ->
                    request.getAlarm() == AlarmType.NONE
                            ? CompletableFuture.completedFuture(List.of())
                            : alarms.activate(request.getMemberID(), type(request.getAlarm()));
            case DEACTIVATE ->
                    request.getAlarm() == AlarmType.NONE
                            ? CompletableFuture.completedFuture(List.of())
                            : alarms.deactivate(request.getMemberID(), type(request.getAlarm()));
            // The original stops here for good.
            case UNRECOGNIZED -> throw unknown();
        };
    }

    private static List<Alarm> ofType(List<Alarm> alarms, AlarmType type) {
        return type == AlarmType.NONE
                ? alarms
                : alarms.stream().filter(alarm -> message(alarm.type()) == type).toList();
    }

    private AlarmResponse response(List<Alarm> alarms) {
        AlarmResponse.Builder response =
                AlarmResponse.newBuilder().setHeader(headers.at(backend.alarms().storeRevision()));
        for (Alarm alarm : alarms) {
            response.addAlarms(
                    AlarmMember.newBuilder()
                            .setMemberID(alarm.memberId())
                            .setAlarm(message(alarm.type())));
        }
        return response.build();
    }

    private static AlarmType message(Alarm.Type type) {
        return switch (type) {
            case NOSPACE -> AlarmType.NOSPACE;
            case CORRUPT -> AlarmType.CORRUPT;
        };
    }

    private static Alarm.Type type(AlarmType message) {
        return switch (message) {
            case NOSPACE -> Alarm.Type.NOSPACE;
            case CORRUPT -> Alarm.Type.CORRUPT;
            case NONE, UNRECOGNIZED -> throw unknown();
        };
    }

    private static RuntimeException unknown() {
        return ErrorCatalogue.ALARM_UNKNOWN.status().asRuntimeException();
    }
}
