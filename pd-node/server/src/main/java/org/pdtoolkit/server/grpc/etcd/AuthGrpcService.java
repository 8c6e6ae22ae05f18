package org.pdtoolkit.server.grpc.etcd;

import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Identity;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.server.auth.PasswordHasher;
import org.pdtoolkit.wire.ErrorCatalogue;
import org.pdtoolkit.wire.etcdserverpb.AuthDisableRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthDisableResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthEnableRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthEnableResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthGrpc;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleAddResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleDeleteRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleDeleteResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGetRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGetResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGrantPermissionRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleGrantPermissionResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleListRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleListResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleRevokePermissionRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthRoleRevokePermissionResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthStatusRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthStatusResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserAddRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserAddResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserChangePasswordRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserChangePasswordResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserDeleteRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserDeleteResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGetRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGetResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGrantRoleRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserGrantRoleResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserListRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserListResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthUserRevokeRoleRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthUserRevokeRoleResponse;
import org.pdtoolkit.wire.etcdserverpb.AuthenticateRequest;
import org.pdtoolkit.wire.etcdserverpb.AuthenticateResponse;
import org.pdtoolkit.wire.etcdserverpb.ResponseHeader;

/**
 * {@code etcdserverpb.Auth}: users, roles, permissions, logins. Changes are judged when they are
 * applied; what is only shown is judged here, behind a barrier.
 *
 * <p>Source: etcd page, section 12.
 */
final class AuthGrpcService extends AuthGrpc.AuthImplBase {
    private final EtcdAccess access;
    private final Headers headers;

    AuthGrpcService(EtcdAccess access, Headers headers) {
        this.access = access;
        this.headers = headers;
    }

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> client) {
        change(
                client,
                new AuthChange.Enable(),
                header -> AuthEnableResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void authDisable(
            AuthDisableRequest request, StreamObserver<AuthDisableResponse> client) {
        change(
                client,
                new AuthChange.Disable(),
                header -> AuthDisableResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> client) {
        show(
                client,
                (view, caller) ->
                        AuthStatusResponse.newBuilder()
                                .setHeader(header())
                                .setEnabled(view.enabled())
                                .setAuthRevision(view.revision())
                                .build());
    }

    @Override
    public void authenticate(
            AuthenticateRequest request, StreamObserver<AuthenticateResponse> client) {
        Answers.send(
                client,
                () -> new LoginCall(access, request.getName(), request.getPassword()).start(),
                token ->
                        AuthenticateResponse.newBuilder()
                                .setHeader(header())
                                .setToken(token)
                                .build());
    }

    // ---- users ---------------------------------------------------------------------------------

    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> client) {
        String user = request.getName();
        boolean noPassword = request.getOptions().getNoPassword();
        AuthControl auth = mine();
        changeAfter(
                client,
                auth,
                () -> noPassword ? done("") : hash(request.getPassword()),
                hash -> new AuthChange.UserAdd(user, hash, noPassword),
                header -> AuthUserAddResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request,
            StreamObserver<AuthUserChangePasswordResponse> client) {
        changeAfter(
                client,
                mine(),
                () ->
                        request.getPassword().isEmpty()
                                ? done(hashGiven(request.getHashedPassword()))
                                : hash(request.getPassword()),
                hash -> new AuthChange.UserPassword(request.getName(), hash),
                header -> AuthUserChangePasswordResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userDelete(
            AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> client) {
        change(
                client,
                new AuthChange.UserDelete(request.getName()),
                header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userGrantRole(
            AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> client) {
        change(
                client,
                new AuthChange.UserGrantRole(request.getUser(), request.getRole()),
                header -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userRevokeRole(
            AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> client) {
        change(
                client,
                new AuthChange.UserRevokeRole(request.getName(), request.getRole()),
                header -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> client) {
        show(
                client,
                (view, caller) -> {
                    if (caller.isAnonymous() || !caller.user().equals(request.getName())) {
                        view.requireRoot(caller);
                    }
                    AuthView.User user =
                            view.user(request.getName())
                                    .orElseThrow(() -> new KvException(KvError.USER_NOT_FOUND));
                    return AuthUserGetResponse.newBuilder()
                            .setHeader(header())
                            .addAllRoles(user.roles())
                            .build();
                });
    }

    @Override
    public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> client) {
        show(
                client,
                (view, caller) -> {
                    view.requireRoot(caller);
                    return AuthUserListResponse.newBuilder()
                            .setHeader(header())
                            .addAllUsers(view.users())
                            .build();
                });
    }

    // ---- roles ---------------------------------------------------------------------------------

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> client) {
        change(
                client,
                new AuthChange.RoleAdd(request.getName()),
                header -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleDelete(
            AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> client) {
        change(
                client,
                new AuthChange.RoleDelete(request.getRole()),
                header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request,
            StreamObserver<AuthRoleGrantPermissionResponse> client) {
        changeAfter(
                client,
                mine(),
                () -> {
                    if (!request.hasPerm()) {
                        throw new KvException(KvError.PERMISSION_NOT_GIVEN);
                    }
                    return done(Permissions.of(request.getPerm()));
                },
                permission -> new AuthChange.RoleGrant(request.getName(), permission),
                header -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request,
            StreamObserver<AuthRoleRevokePermissionResponse> client) {
        change(
                client,
                new AuthChange.RoleRevoke(
                        request.getRole(),
                        Permissions.range(request.getKey(), request.getRangeEnd())),
                header -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> client) {
        show(
                client,
                (view, caller) -> {
                    String role = request.getRole();
                    boolean own =
                            !caller.isAnonymous()
                                    && view.user(caller.user())
                                            .map(user -> user.roles().contains(role))
                                            .orElse(false);
                    if (!own) {
                        view.requireRoot(caller);
                    }
                    AuthRoleGetResponse.Builder response =
                            AuthRoleGetResponse.newBuilder().setHeader(header());
                    view.role(role)
                            .orElseThrow(() -> new KvException(KvError.ROLE_NOT_FOUND))
                            .forEach(permission -> response.addPerm(Permissions.of(permission)));
                    return response.build();
                });
    }

    @Override
    public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> client) {
        show(
                client,
                (view, caller) -> {
                    view.requireRoot(caller);
                    return AuthRoleListResponse.newBuilder()
                            .setHeader(header())
                            .addAllRoles(view.roles())
                            .build();
                });
    }

    // --------------------------------------------------------------------------------------------

    private AuthControl mine() {
        return access.auth().as(CallIdentity.current());
    }

    private <A> void change(
            StreamObserver<A> client, AuthChange change, Function<ResponseHeader, A> answer) {
        Answers.send(
                client,
                () -> mine().change(change),
                changed -> answer.apply(headers.at(changed.storeRevision())));
    }

    /**
     * A change that needs something worked out first, which nobody gets worked out who is no root
     * as far as this member knows.
     */
    private <T, A> void changeAfter(
            StreamObserver<A> client,
            AuthControl auth,
            Supplier<CompletableFuture<T>> work,
            Function<T, AuthChange> change,
            Function<ResponseHeader, A> answer) {
        Answers.send(
                client,
                () -> {
                    AuthView view = auth.local();
                    view.requireRoot(caller(view, CallIdentity.current()));
                    return work.get().thenCompose(result -> auth.change(change.apply(result)));
                },
                changed -> answer.apply(headers.at(changed.storeRevision())));
    }

    /** Answers from the state behind a barrier; {@code answer} refuses by throwing. */
    private <A> void show(StreamObserver<A> client, BiFunction<AuthView, Caller, A> answer) {
        Identity identity = CallIdentity.current();
        Answers.send(
                client,
                () -> access.auth().current(),
                view -> answer.apply(view, caller(view, identity)));
    }

    private static Caller caller(AuthView view, Identity identity) {
        return view.enabled() ? identity.caller() : Caller.ANONYMOUS;
    }

    private CompletableFuture<String> hash(String password) {
        if (PasswordHasher.isTooLong(password)) {
            throw ErrorCatalogue.PASSWORD_TOO_LONG.status().asRuntimeException();
        }
        return access.passwords().hash(password);
    }

    /** A hash that the client made itself, in base 64; without any, nobody can log in. */
    private static String hashGiven(String encoded) {
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException e) {
            throw new KvException(KvError.NO_PASSWORD_USER);
        }
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private ResponseHeader header() {
        return headers.at(access.auth().storeRevision());
    }
}
