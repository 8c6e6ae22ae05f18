package org.pdtoolkit.tests.etcd;

import static org.pdtoolkit.tests.etcd.JetcdCluster.PATIENCE;
import static org.pdtoolkit.tests.etcd.JetcdCluster.bytes;
import static org.pdtoolkit.tests.etcd.JetcdCluster.get;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cluster with users: root, and alice, whose role lets her read and write a/…, read b/…, and
 * write w. Afterwards it has none, as before.
 *
 * <p>All clients begin at one member: what one has changed the others see.
 */
final class JetcdUsers implements AutoCloseable {
    private final JetcdCluster cluster;
    private final String first;
    private final AtomicInteger logins = new AtomicInteger();
    private final Client anonymous;
    private final Client root;
    private final Client alice;

    /**
     * @param first member that the clients ask, as long as it is there
     */
    JetcdUsers(JetcdCluster cluster, String first) throws Exception {
        this.cluster = cluster;
        this.first = first;
        anonymous = cluster.clientFrom(first).build();
        Auth auth = anonymous.getAuthClient();
        get(auth.userAdd(bytes("root"), bytes("root's")));
        get(auth.userGrantRole(bytes("root"), bytes("root")));
        get(auth.userAdd(bytes("alice"), bytes("alice's")));
        get(auth.roleAdd(bytes("role")));
        grant(auth, "a/", "b/", Permission.Type.READWRITE);
        grant(auth, "b/", "c/", Permission.Type.READ);
        grant(auth, "w", "", Permission.Type.WRITE);
        get(auth.userGrantRole(bytes("alice"), bytes("role")));
        get(auth.authEnable());
        root = client("root", "root's");
        alice = client("alice", "alice's");
    }

    private static void grant(Auth auth, String key, String end, Permission.Type type)
            throws Exception {
        get(auth.roleGrantPermission(bytes("role"), bytes(key), bytes(end), type));
    }

    /** Does not log in. */
    Client anonymous() {
        return anonymous;
    }

    Client root() {
        return root;
    }

    Client alice() {
        return alice;
    }

    /** Logs in when it has to. */
    Client client(String user, String password) {
        return cluster.clientFrom(first)
                .user(bytes(user))
                .password(bytes(password))
                .authInterceptors(counter())
                .build();
    }

    private ClientInterceptor counter() {
        return new ClientInterceptor() {
            @Override
            public <Q, A> ClientCall<Q, A> interceptCall(
                    MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                logins.incrementAndGet();
                return next.newCall(method, options);
            }
        };
    }

    /** How often any of the clients has logged in, or tried to. */
    int logins() {
        return logins.get();
    }

    @Override
    public void close() {
        await(root.getAuthClient().authDisable());
        root.close();
        alice.close();
        Auth auth = anonymous.getAuthClient();
        await(auth.userDelete(bytes("root")));
        await(auth.userDelete(bytes("alice")));
        await(auth.roleDelete(bytes("role")));
        anonymous.close();
    }

    private static void await(CompletableFuture<?> call) {
        call.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
