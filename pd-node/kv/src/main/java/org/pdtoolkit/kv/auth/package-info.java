/**
 * Users, roles and permissions, and alarms: what decides whether a request may be carried out.
 *
 * <p>Both are replicated state beside the keys, in the {@code META} space. {@link
 * org.pdtoolkit.kv.auth.AuthState} is one immutable state; {@link org.pdtoolkit.kv.auth.AuthRules}
 * makes the next one of it; {@link org.pdtoolkit.kv.auth.AuthStore} holds the present one; {@link
 * org.pdtoolkit.kv.auth.OpAccess} applies it to operations.
 *
 * <p>Deterministic. Start with {@code AuthState}. May import the root package, {@code codec},
 * {@code txn} and the storage SPI.
 */
package org.pdtoolkit.kv.auth;
