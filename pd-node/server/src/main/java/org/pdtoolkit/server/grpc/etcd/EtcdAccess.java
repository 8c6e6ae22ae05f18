package org.pdtoolkit.server.grpc.etcd;

import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.server.auth.PasswordHasher;
import org.pdtoolkit.server.auth.TokenService;

/**
 * What tells who a client is and what it may do.
 *
 * @param certificateNames whether the common name of a client's certificate is its user
 */
public record EtcdAccess(
        AuthControl auth,
        TokenService tokens,
        PasswordHasher passwords,
        boolean certificateNames) {}
