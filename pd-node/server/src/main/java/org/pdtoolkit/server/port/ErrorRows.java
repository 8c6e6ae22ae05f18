package org.pdtoolkit.server.port;

import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.placement.PlacementError;
import org.pdtoolkit.placement.PlacementException;
import org.pdtoolkit.wire.ErrorCatalogue;

/** Maps the errors of the layers below to rows of the catalogue; a new error does not compile. */
public final class ErrorRows {
    private ErrorRows() {}

    public static ErrorCatalogue of(PlacementError error) {
        return switch (error) {
            case NOT_LEADER, NOT_LEADER_ANYMORE -> ErrorCatalogue.NOT_LEADER;
            case TSO_NOT_READY -> ErrorCatalogue.TSO_NOT_READY;
            case TSO_EXHAUSTED -> ErrorCatalogue.TSO_EXHAUSTED;
            case TSO_COUNT_INVALID -> ErrorCatalogue.TSO_COUNT_ZERO;
            case ALREADY_BOOTSTRAPPED -> ErrorCatalogue.ALREADY_BOOTSTRAPPED;
            case TXN_CONFLICT -> ErrorCatalogue.TXN_CONFLICT;
            case ID_EXHAUSTED -> ErrorCatalogue.ID_EXHAUSTED;
            case MEMBER_NOT_FOUND -> ErrorCatalogue.MEMBER_NOT_FOUND;
            case STORE -> ErrorCatalogue.PLACEMENT_FAILED;
        };
    }

    public static ErrorCatalogue of(KvError error) {
        return switch (error) {
            case KEY_EMPTY -> ErrorCatalogue.ETCD_KEY_EMPTY;
            case KEY_NOT_FOUND -> ErrorCatalogue.ETCD_KEY_NOT_FOUND;
            case VALUE_PROVIDED -> ErrorCatalogue.ETCD_VALUE_PROVIDED;
            case LEASE_PROVIDED -> ErrorCatalogue.ETCD_LEASE_PROVIDED;
            case TOO_MANY_OPS -> ErrorCatalogue.ETCD_TOO_MANY_OPS;
            case DUPLICATE_KEY -> ErrorCatalogue.ETCD_DUPLICATE_KEY;
            case COMPACTED -> ErrorCatalogue.ETCD_COMPACTED;
            case FUTURE_REVISION -> ErrorCatalogue.ETCD_FUTURE_REVISION;
            case LEASE_NOT_FOUND -> ErrorCatalogue.ETCD_LEASE_NOT_FOUND;
            case LEASE_EXISTS -> ErrorCatalogue.ETCD_LEASE_EXISTS;
            case LEASE_TTL_TOO_LARGE -> ErrorCatalogue.ETCD_LEASE_TTL_TOO_LARGE;
            case REQUEST_TOO_LARGE -> ErrorCatalogue.ETCD_REQUEST_TOO_LARGE;
            case TOO_MANY_REQUESTS -> ErrorCatalogue.ETCD_TOO_MANY_REQUESTS;
            case NO_LEADER -> ErrorCatalogue.ETCD_NO_LEADER;
            case NOT_PROPOSED -> ErrorCatalogue.ETCD_DEADLINE;
            case BAD_TRANSFEREE -> ErrorCatalogue.ETCD_BAD_TRANSFEREE;
            case NOT_LEADER -> ErrorCatalogue.ETCD_NOT_LEADER;
            case MEMBER_NOT_FOUND -> ErrorCatalogue.ETCD_MEMBER_NOT_FOUND;
            case MEMBER_EXISTS -> ErrorCatalogue.ETCD_MEMBER_EXISTS;
            case PEER_URL_EXISTS -> ErrorCatalogue.ETCD_PEER_URL_EXISTS;
            case MEMBER_URLS_INVALID -> ErrorCatalogue.ETCD_MEMBER_URLS;
            case NOT_LEARNER -> ErrorCatalogue.ETCD_NOT_LEARNER;
            case LEARNER_NOT_READY -> ErrorCatalogue.ETCD_LEARNER_NOT_READY;
            case TOO_MANY_LEARNERS -> ErrorCatalogue.ETCD_TOO_MANY_LEARNERS;
            case NOT_ENOUGH_STARTED -> ErrorCatalogue.ETCD_NOT_ENOUGH_STARTED;
            case UNHEALTHY -> ErrorCatalogue.ETCD_UNHEALTHY;
            case TIMEOUT -> ErrorCatalogue.ETCD_TIMEOUT;
            case TIMEOUT_LEADER_FAILED -> ErrorCatalogue.ETCD_TIMEOUT_LEADER_FAILED;
            case TIMEOUT_CONNECTION_LOST -> ErrorCatalogue.ETCD_TIMEOUT_CONNECTION_LOST;
            case LEADER_CHANGED -> ErrorCatalogue.ETCD_LEADER_CHANGED;
            case STOPPED -> ErrorCatalogue.ETCD_STOPPED;
            case NO_SPACE -> ErrorCatalogue.ETCD_NO_SPACE;
            case CORRUPT -> ErrorCatalogue.ETCD_CORRUPT;
            case AUTH_NOT_ENABLED -> ErrorCatalogue.ETCD_AUTH_NOT_ENABLED;
            case AUTH_FAILED -> ErrorCatalogue.ETCD_AUTH_FAILED;
            case NO_PASSWORD_USER -> ErrorCatalogue.ETCD_NO_PASSWORD_USER;
            case INVALID_AUTH_TOKEN -> ErrorCatalogue.ETCD_INVALID_TOKEN;
            case AUTH_OLD_REVISION -> ErrorCatalogue.ETCD_AUTH_OLD_REVISION;
            case INVALID_AUTH_MANAGEMENT -> ErrorCatalogue.ETCD_AUTH_MANAGEMENT;
            case PERMISSION_DENIED -> ErrorCatalogue.ETCD_PERMISSION_DENIED;
            case PERMISSION_NOT_GIVEN -> ErrorCatalogue.ETCD_PERMISSION_NOT_GIVEN;
            case PERMISSION_NOT_GRANTED -> ErrorCatalogue.ETCD_PERMISSION_NOT_GRANTED;
            case ROOT_USER_MISSING -> ErrorCatalogue.ETCD_ROOT_USER_MISSING;
            case ROOT_ROLE_MISSING -> ErrorCatalogue.ETCD_ROOT_ROLE_MISSING;
            case USER_EMPTY -> ErrorCatalogue.ETCD_USER_EMPTY;
            case USER_EXISTS -> ErrorCatalogue.ETCD_USER_EXISTS;
            case USER_NOT_FOUND -> ErrorCatalogue.ETCD_USER_NOT_FOUND;
            case ROLE_EMPTY -> ErrorCatalogue.ETCD_ROLE_EMPTY;
            case ROLE_EXISTS -> ErrorCatalogue.ETCD_ROLE_EXISTS;
            case ROLE_NOT_FOUND -> ErrorCatalogue.ETCD_ROLE_NOT_FOUND;
            case ROLE_NOT_GRANTED -> ErrorCatalogue.ETCD_ROLE_NOT_GRANTED;
        };
    }

    /**
     * Text for a failure of the placement layer: of its row, or of the store's row when the store
     * below is to blame.
     */
    public static String text(PlacementException failure) {
        ErrorCatalogue row = of(failure.error());
        if (row != ErrorCatalogue.PLACEMENT_FAILED) {
            return row.namedText(failure.getMessage());
        }
        Throwable below =
                failure.getCause() == null ? failure : KvException.unwrapped(failure.getCause());
        return below instanceof KvException store
                ? of(store.error()).text()
                : row.text(below.getMessage());
    }
}
