/**
 * Who a client is: tokens and passwords.
 *
 * <p>Start with {@link org.pdtoolkit.server.auth.TokenService}. What a client may do is decided in
 * {@code kv.auth}. May import the root package of {@code kv} and the libraries for bcrypt and JSON
 * web tokens.
 */
package org.pdtoolkit.server.auth;
