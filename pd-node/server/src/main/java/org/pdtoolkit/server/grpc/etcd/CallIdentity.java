package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Context;
import org.pdtoolkit.kv.Identity;

/**
 * Who makes the present call; {@link AccessRule} puts it into the call's context. A task that goes
 * on with a call on another thread takes it along, or is nobody's.
 */
final class CallIdentity {
    private static final Context.Key<Identity> KEY = Context.key("etcd-identity");

    private CallIdentity() {}

    static Identity current() {
        return of(Context.current());
    }

    /** Who makes the call of that context. */
    static Identity of(Context call) {
        Identity identity = KEY.get(call);
        return identity == null ? Identity.ANONYMOUS : identity;
    }

    static Context with(Identity identity) {
        return Context.current().withValue(KEY, identity);
    }
}
