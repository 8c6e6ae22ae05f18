package org.pdtoolkit.server.proxy;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.StatusOr;
import java.util.ArrayList;
import java.util.List;
import org.pdtoolkit.server.proxy.Endpoints.Endpoint;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Gives gRPC the members to connect to, in the order of {@link Endpoints}. gRPC takes the first
 * that it reaches, keeps it while it is there, and looks for another one when it is gone.
 *
 * <p>Thread: any.
 */
final class MembersResolver extends NameResolver {
    private final Endpoints endpoints;
    private final Runnable publish = this::publish;
    private Listener2 listener;

    MembersResolver(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    @Override
    public String getServiceAuthority() {
        return "members";
    }

    @Override
    public void start(Listener2 started) {
        listener = started;
        endpoints.onChange(publish);
        publish();
    }

    private void publish() {
        List<EquivalentAddressGroup> groups = new ArrayList<>();
        for (Endpoint endpoint : endpoints.usableFirst()) {
            groups.add(
                    new EquivalentAddressGroup(
                            endpoint.address(),
                            Attributes.newBuilder()
                                    .set(
                                            EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE,
                                            endpoint.url().getAuthority())
                                    .build()));
        }
        if (groups.isEmpty()) {
            listener.onError(ErrorCatalogue.PROXY_NO_ENDPOINT.status());
        } else {
            listener.onResult(
                    ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(groups))
                            .build());
        }
    }

    @Override
    public void shutdown() {
        endpoints.forget(publish);
    }
}
