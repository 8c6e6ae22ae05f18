package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Identity;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.server.auth.TokenService;
import org.pdtoolkit.wire.etcdserverpb.ClusterGrpc;
import org.pdtoolkit.wire.etcdserverpb.MaintenanceGrpc;

/**
 * Finds out who calls, and refuses what is not a matter of keys: calls for roots, and calls for
 * whoever has logged in. The rest is decided by the store, in the name of {@link CallIdentity}.
 *
 * <p>A token counts before the certificate's name. Source: etcd page, section 12. Thread: network
 * loops, or apply for a call that had to wait for its login.
 */
final class AccessRule implements ServerInterceptor {
    private enum Who {
        USER,
        ROOT
    }

    private static final Map<String, Who> RULES =
            Map.of(
                    ClusterGrpc.getMemberListMethod().getFullMethodName(), Who.USER,
                    ClusterGrpc.getMemberAddMethod().getFullMethodName(), Who.ROOT,
                    ClusterGrpc.getMemberRemoveMethod().getFullMethodName(), Who.ROOT,
                    ClusterGrpc.getMemberUpdateMethod().getFullMethodName(), Who.ROOT,
                    ClusterGrpc.getMemberPromoteMethod().getFullMethodName(), Who.ROOT);

    private static final Map<String, Who> MAINTENANCE_RULES =
            Map.of(
                    MaintenanceGrpc.getStatusMethod().getFullMethodName(), Who.USER,
                    MaintenanceGrpc.getDefragmentMethod().getFullMethodName(), Who.ROOT,
                    MaintenanceGrpc.getSnapshotMethod().getFullMethodName(), Who.ROOT,
                    MaintenanceGrpc.getHashMethod().getFullMethodName(), Who.ROOT,
                    MaintenanceGrpc.getHashKVMethod().getFullMethodName(), Who.ROOT,
                    MaintenanceGrpc.getMoveLeaderMethod().getFullMethodName(), Who.ROOT,
                    MaintenanceGrpc.getDowngradeMethod().getFullMethodName(), Who.ROOT);

    private static final Metadata.Key<String> TOKEN = text("token");
    private static final Metadata.Key<String> AUTHORIZATION = text("authorization");
    private static final String BEARER = "Bearer ";

    /** Set by a gateway, which calls with the server's own certificate: nobody's name. */
    private static final Metadata.Key<String> GATEWAY = text("grpcgateway-accept");

    private final AuthControl auth;
    private final TokenService tokens;
    private final boolean certificateNames;

    /**
     * @param certificateNames whether the common name of a client's certificate is its user
     */
    AccessRule(AuthControl auth, TokenService tokens, boolean certificateNames) {
        this.auth = auth;
        this.tokens = tokens;
        this.certificateNames = certificateNames;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        String token = token(metadata);
        Context context = CallIdentity.with(identity(call, metadata, token));
        if (token != null && auth.local().enabled()) {
            CompletableFuture<Void> settled = tokens.settled(token);
            if (!settled.isDone()) {
                Delayed<Q> delayed = new Delayed<>();
                settled.whenComplete(
                        (done, failure) -> delayed.start(start(context, call, metadata, next)));
                return delayed;
            }
        }
        return start(context, call, metadata, next);
    }

    private <Q, A> ServerCall.Listener<Q> start(
            Context context,
            ServerCall<Q, A> call,
            Metadata metadata,
            ServerCallHandler<Q, A> next) {
        try {
            context.run(() -> require(call.getMethodDescriptor().getFullMethodName()));
        } catch (KvException e) {
            return EtcdErrors.refuse(call, EtcdErrors.status(e));
        }
        return Contexts.interceptCall(context, call, metadata, next);
    }

    private void require(String method) {
        Who who = RULES.getOrDefault(method, MAINTENANCE_RULES.get(method));
        AuthView view = auth.local();
        if (who == null || !view.enabled()) {
            return;
        }
        Caller caller = CallIdentity.current().caller();
        switch (who) {
            case USER -> view.requireUser(caller);
            case ROOT -> view.requireRoot(caller);
        }
    }

    private Identity identity(ServerCall<?, ?> call, Metadata metadata, String token) {
        if (token != null) {
            return () -> tokens.recognise(token);
        }
        boolean ownCertificate =
                !metadata.containsKey(GATEWAY) && !LeaderOnlyRule.isPassedOn(metadata);
        if (certificateNames && ownCertificate) {
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            if (session != null) {
                return () -> new Caller(commonName(session), auth.local().revision());
            }
        }
        return Identity.ANONYMOUS;
    }

    private static String token(Metadata metadata) {
        String token = metadata.get(TOKEN);
        if (token == null) {
            token = metadata.get(AUTHORIZATION);
        }
        return token != null && token.startsWith(BEARER) ? token.substring(BEARER.length()) : token;
    }

    /** Common name of the client's certificate; empty if there is none. */
    private static String commonName(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            String subject = ((X509Certificate) chain[0]).getSubjectX500Principal().getName();
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(part.getValue());
                }
            }
            return "";
        } catch (SSLPeerUnverifiedException | InvalidNameException e) {
            return "";
        }
    }

    private static Metadata.Key<String> text(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    /** Keeps what arrives before the call starts: a cancellation, or readiness. */
    private static final class Delayed<Q> extends ServerCall.Listener<Q> {
        private final List<Runnable> early = new ArrayList<>();
        private ServerCall.Listener<Q> service;

        synchronized void start(ServerCall.Listener<Q> listener) {
            service = listener;
            early.forEach(Runnable::run);
            early.clear();
        }

        @Override
        public void onMessage(Q message) {
            orLater(() -> service.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            orLater(() -> service.onHalfClose());
        }

        @Override
        public void onCancel() {
            orLater(() -> service.onCancel());
        }

        @Override
        public void onComplete() {
            orLater(() -> service.onComplete());
        }

        @Override
        public void onReady() {
            orLater(() -> service.onReady());
        }

        private synchronized void orLater(Runnable event) {
            if (service == null) {
                early.add(event);
            } else {
                event.run();
            }
        }
    }
}
