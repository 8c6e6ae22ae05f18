package org.pdtoolkit.wire;

import io.grpc.Status;
import org.pdtoolkit.wire.pdpb.ErrorType;

/**
 * Every error a client can meet: one row each, and the only place where its text is written.
 *
 * <p>Texts are wire contract: clients of the original compare words of many of them ({@code not
 * leader}, {@code is not leader}, {@code mismatch cluster id}). A text is a {@link
 * java.util.Formatter} pattern; ids go in as texts, since they are unsigned.
 *
 * <p>A row travels in one of three forms, and the form is contract as well: as a gRPC status, as an
 * error inside a response header ({@link #header()} is not {@code OK}), or as an HTTP answer. The
 * mapping from the errors of the layers below to rows is an exhaustive switch in the adapters.
 *
 * <p>The rows {@code ETCD_*} are all that etcd clients know; for them {@link #httpStatus} is what
 * the JSON gateway answers.
 *
 * <p>Source: design D10; the wire pages of the originals.
 */
public enum ErrorCatalogue {
    // Who serves.
    NOT_LEADER("PD-1001", grpc(Status.Code.UNAVAILABLE, 503), "not leader", Hints.ASK_LEADER),
    SERVER_NOT_STARTED(
            "PD-1002",
            grpc(Status.Code.UNAVAILABLE, 500).named("server:ErrServerNotStarted"),
            "server not started",
            "wait until the node has joined its cluster; its log says what it waits for"),
    CLUSTER_ID_MISMATCH(
            "PD-1003",
            grpc(Status.Code.FAILED_PRECONDITION, 412),
            "mismatch cluster id, need %s but got %s",
            "the client or store belongs to another cluster: check its PD endpoints"),
    CLUSTER_ID_NOT_READY(
            "PD-1004",
            header(ErrorType.NOT_BOOTSTRAPPED, 503),
            "cluster id is not ready",
            "wait until the members have elected a leader for the first time"),
    REDIRECT_TO_NOT_LEADER(
            "PD-1005",
            grpc(Status.Code.UNAVAILABLE, 500).named("apiutil:ErrRedirectToNotLeader"),
            "redirect to not leader",
            "the leader changed under the request: repeat it"),
    REDIRECT_NO_LEADER(
            "PD-1006",
            grpc(Status.Code.UNAVAILABLE, 503).named("apiutil:ErrRedirectNoLeader"),
            "redirect finds no leader",
            "no PD leader was elected within the wait: see that a majority of members is up"),
    REDIRECT_FAILED(
            "PD-1007",
            grpc(Status.Code.UNAVAILABLE, 500).named("apiutil:ErrRedirect"),
            "redirect failed",
            "the leader's client URLs cannot be reached from this member"),
    LEADER_NIL(
            "PD-1008",
            grpc(Status.Code.UNAVAILABLE, 503).named("server:ErrLeaderNil"),
            "leader is nil",
            Hints.ASK_LEADER),
    FORWARD_HOST_NOT_LEADER(
            "PD-1009",
            grpc(Status.Code.INVALID_ARGUMENT, 400),
            "forwarded host %s is not a client URL of the PD leader: pd is not leader of cluster",
            Hints.ASK_LEADER),

    // Timestamps.
    TSO_NOT_LEADER("PD-1101", tso(), "requested pd is not leader of cluster", Hints.ASK_LEADER),
    TSO_NOT_LEADER_ANYMORE("PD-1102", tso(), "requested is not leader anymore", Hints.ASK_LEADER),
    TSO_NOT_READY(
            "PD-1103",
            tso(),
            "timestamp in memory isn't initialized",
            "the leader is saving its first window: repeat the request"),
    TSO_EXHAUSTED(
            "PD-1104",
            tso(),
            "generate tso maximum number of retries exceeded",
            "more than 2^18 timestamps per step were asked for, or the disk is too slow"),
    TSO_COUNT_ZERO(
            "PD-1105", tso(), "tso count should be positive", "ask for at least one timestamp"),
    TSO_COUNT_TOO_LARGE(
            "PD-1106",
            tso(),
            "tso count %s is larger than the maximum 262144",
            "split the request: one millisecond holds 2^18 timestamps"),

    // Bootstrap, in the order in which the checks are made.
    NOT_BOOTSTRAPPED(
            "PD-1201",
            header(ErrorType.NOT_BOOTSTRAPPED, 500),
            "cluster is not bootstrapped",
            "start a TiKV: the first one bootstraps the cluster"),
    CLUSTER_NOT_BOOTSTRAPPED(
            "PD-1202",
            header(ErrorType.NOT_BOOTSTRAPPED, 500).named("cluster:ErrNotBootstrapped"),
            "TiKV cluster not bootstrapped, please start TiKV first",
            "start a TiKV: the first one bootstraps the cluster"),
    ALREADY_BOOTSTRAPPED(
            "PD-1203",
            header(ErrorType.ALREADY_BOOTSTRAPPED, 409),
            "cluster is already bootstrapped",
            "join the cluster as a further store"),
    BOOTSTRAP_STORE_MISSING(
            "PD-1204", badBootstrap(), "missing store meta for bootstrap %s", Hints.STORE_BUG),
    BOOTSTRAP_STORE_ID_ZERO("PD-1205", badBootstrap(), "invalid zero store id", Hints.STORE_BUG),
    BOOTSTRAP_REGION_MISSING(
            "PD-1206", badBootstrap(), "missing region meta for bootstrap %s", Hints.STORE_BUG),
    BOOTSTRAP_KEY_RANGE(
            "PD-1207",
            badBootstrap(),
            "invalid first region key range, must all be empty for bootstrap %s",
            Hints.STORE_BUG),
    BOOTSTRAP_REGION_ID_ZERO("PD-1208", badBootstrap(), "invalid zero region id", Hints.STORE_BUG),
    BOOTSTRAP_PEER_COUNT(
            "PD-1209",
            badBootstrap(),
            "invalid first region peer count %s, must be 1 for bootstrap %s",
            Hints.STORE_BUG),
    BOOTSTRAP_PEER_STORE(
            "PD-1210",
            badBootstrap(),
            "invalid peer store id %s != %s for bootstrap %s",
            Hints.STORE_BUG),
    BOOTSTRAP_PEER_ID_ZERO("PD-1211", badBootstrap(), "invalid zero peer id", Hints.STORE_BUG),

    // Guarded writes, ids, members.
    TXN_CONFLICT(
            "PD-1301",
            header(ErrorType.UNKNOWN, 500).named("etcd:ErrEtcdTxnConflict"),
            "etcd transaction failed, conflicted and rolled back",
            "another member or client was first: look at the state and repeat"),
    ID_EXHAUSTED(
            "PD-1302",
            header(ErrorType.UNKNOWN, 500).named("idalloc:ErrIDExhausted"),
            "id exhausted",
            "ask for fewer ids at once"),
    MEMBER_NOT_FOUND(
            "PD-1303",
            grpc(Status.Code.NOT_FOUND, 404),
            "not found, pd: %s",
            "the members call lists the names"),
    NO_TRANSFEREE(
            "PD-1304",
            grpc(Status.Code.FAILED_PRECONDITION, 500),
            "no valid pd to transfer etcd leader",
            "name a member that is up and no learner"),
    BAD_LEADER_PRIORITY(
            "PD-1305",
            grpc(Status.Code.INVALID_ARGUMENT, 400),
            "bad format leader priority",
            "send {\"leader-priority\": <number>}"),
    MEMBER_NOT_REMOVED(
            "PD-1306",
            header(ErrorType.UNKNOWN, 500).named("etcd:ErrEtcdMemberRemove"),
            "%1$s: %1$s",
            "the members call lists the ids; health shows who answers"),
    BAD_MEMBER_ID(
            "PD-1307",
            grpc(Status.Code.INVALID_ARGUMENT, 400),
            "strconv.ParseUint: parsing \"%s\": %s",
            "the members call lists the ids, in decimal"),
    PLACEMENT_FAILED(
            "PD-1399",
            header(ErrorType.UNKNOWN, 500),
            "%s",
            "see the server log of the leader at this time"),

    // Requests over HTTP.
    BAD_JSON(
            "PD-1401",
            grpc(Status.Code.INVALID_ARGUMENT, 400),
            "%s",
            "the request body is not the JSON that this call takes"),
    BODY_TOO_LARGE(
            "PD-1402",
            grpc(Status.Code.RESOURCE_EXHAUSTED, 413),
            "request body is larger than %s bytes",
            "split the request"),
    GATEWAY_PATH_UNKNOWN(
            "PD-1403",
            grpc(Status.Code.NOT_FOUND, 404),
            "Not Found",
            "the JSON gateway has no such path; the manual lists them"),
    GATEWAY_METHOD_WRONG(
            "PD-1404",
            grpc(Status.Code.UNIMPLEMENTED, 501),
            "Method Not Allowed",
            "the paths of the JSON gateway take POST"),
    HOST_NOT_ALLOWED(
            "PD-1405",
            grpc(Status.Code.PERMISSION_DENIED, 421),
            "host %s is not in --host-whitelist",
            "name the host in --host-whitelist, or use an address that is in it"),

    // A node in proxy mode.
    PROXY_NO_ENDPOINT(
            "PD-1501",
            grpc(Status.Code.UNAVAILABLE, 503),
            "httpproxy: zero endpoints currently available",
            "the proxy reaches no member; its log names the URLs it asks"),
    PROXY_NO_ANSWER(
            "PD-1502",
            grpc(Status.Code.UNAVAILABLE, 502),
            "httpproxy: unable to get response from %s endpoint(s)",
            "see that the members are up and that the proxy reaches their client URLs"),
    PROXY_READ_ONLY(
            "PD-1503",
            grpc(Status.Code.PERMISSION_DENIED, 501),
            "this proxy is read-only and does not forward %s",
            "write to a member, or to a proxy started with --proxy on"),

    // The store, in etcd's words.
    ETCD_KEY_EMPTY("PD-2001", invalid(), "etcdserver: key is not provided", Hints.REQUEST),
    ETCD_KEY_NOT_FOUND("PD-2002", invalid(), "etcdserver: key not found", Hints.REQUEST),
    ETCD_VALUE_PROVIDED("PD-2003", invalid(), "etcdserver: value is provided", Hints.REQUEST),
    ETCD_LEASE_PROVIDED("PD-2004", invalid(), "etcdserver: lease is provided", Hints.REQUEST),
    ETCD_TOO_MANY_OPS(
            "PD-2005", invalid(), "etcdserver: too many operations in txn request", Hints.REQUEST),
    ETCD_DUPLICATE_KEY(
            "PD-2006", invalid(), "etcdserver: duplicate key given in txn request", Hints.REQUEST),
    ETCD_COMPACTED(
            "PD-2007",
            grpc(Status.Code.OUT_OF_RANGE, 400),
            "etcdserver: mvcc: required revision has been compacted",
            "read at a newer revision"),
    ETCD_FUTURE_REVISION(
            "PD-2008",
            grpc(Status.Code.OUT_OF_RANGE, 400),
            "etcdserver: mvcc: required revision is a future revision",
            "read at revision 0 for the newest"),
    ETCD_LEASE_NOT_FOUND(
            "PD-2009",
            grpc(Status.Code.NOT_FOUND, 404),
            "etcdserver: requested lease not found",
            "the lease ran out or was revoked: grant a new one"),
    ETCD_LEASE_EXISTS(
            "PD-2010",
            precondition(),
            "etcdserver: lease already exists",
            "grant with id 0 to let the server choose"),
    ETCD_LEASE_TTL_TOO_LARGE(
            "PD-2011",
            grpc(Status.Code.OUT_OF_RANGE, 400),
            "etcdserver: too large lease TTL",
            Hints.REQUEST),
    ETCD_REQUEST_TOO_LARGE(
            "PD-2012", invalid(), "etcdserver: request is too large", "split the request"),
    // etcd means RESOURCE_EXHAUSTED here and sends UNKNOWN; clients know the latter.
    ETCD_TOO_MANY_REQUESTS(
            "PD-2013",
            unknown(),
            "etcdserver: too many requests",
            "the node is overloaded: repeat after a pause"),
    ETCD_NO_LEADER(
            "PD-2014",
            unavailable(),
            "etcdserver: no leader",
            "see that a majority of members is up and connected"),
    ETCD_BAD_TRANSFEREE(
            "PD-2019",
            precondition(),
            "etcdserver: bad leader transferee",
            "name a voting member of the cluster; 'pdctl member' lists them"),
    ETCD_NOT_LEADER("PD-2015", precondition(), "etcdserver: not leader", Hints.ASK_LEADER),
    ETCD_TIMEOUT("PD-2016", unavailable(), "etcdserver: request timed out", Hints.OUTCOME_UNKNOWN),
    ETCD_LEADER_CHANGED(
            "PD-2017", unavailable(), "etcdserver: leader changed", Hints.OUTCOME_UNKNOWN),
    ETCD_STOPPED("PD-2018", unavailable(), "etcdserver: server stopped", Hints.OUTCOME_UNKNOWN),

    // Requests and the store.
    ETCD_CLIENT_VERSION(
            "PD-2020",
            invalid(),
            "etcdserver: invalid client api version",
            "send client-api-version as valid UTF-8, or not at all"),
    ETCD_SORT_OPTION("PD-2021", invalid(), "etcdserver: invalid sort option", Hints.REQUEST),
    ETCD_NO_SPACE(
            "PD-2022",
            grpc(Status.Code.RESOURCE_EXHAUSTED, 429),
            "etcdserver: mvcc: database space exceeded",
            "compact and defragment, or raise quota-backend-bytes; then disarm the alarm"),
    ETCD_WATCH_CANCELED(
            "PD-2023", canceled(), "etcdserver: watch canceled", "open the watch again"),

    // Members.
    ETCD_MEMBER_EXISTS(
            "PD-2024",
            precondition(),
            "etcdserver: member ID already exist",
            "a second request in the same second: repeat it"),
    ETCD_PEER_URL_EXISTS(
            "PD-2025",
            precondition(),
            "etcdserver: Peer URLs already exists",
            "choose peer URLs that no other member has"),
    // etcd means FAILED_PRECONDITION here.
    ETCD_NOT_ENOUGH_STARTED(
            "PD-2026",
            unknown(),
            "etcdserver: re-configuration failed due to not enough started members",
            "start the members that were added before, then repeat"),
    ETCD_MEMBER_URLS(
            "PD-2027", invalid(), "etcdserver: given member URLs are invalid", Hints.REQUEST),
    ETCD_MEMBER_NOT_FOUND(
            "PD-2028",
            grpc(Status.Code.NOT_FOUND, 404),
            "etcdserver: member not found",
            "the member list names the ids"),
    ETCD_NOT_LEARNER(
            "PD-2029",
            precondition(),
            "etcdserver: can only promote a learner member",
            "the member votes already"),
    ETCD_LEARNER_NOT_READY(
            "PD-2030",
            precondition(),
            "etcdserver: can only promote a learner member which is in sync with leader",
            "wait until the learner has caught up"),
    ETCD_TOO_MANY_LEARNERS(
            "PD-2031",
            precondition(),
            "etcdserver: too many learner members in cluster",
            "promote or remove a learner first"),
    ETCD_CLUSTER_ID_MISMATCH(
            "PD-2032",
            precondition(),
            "etcdserver: cluster ID mismatch",
            "the peer belongs to another cluster"),

    // Users and roles.
    ETCD_ROOT_USER_MISSING(
            "PD-2033", precondition(), "etcdserver: root user does not exist", "add the user root"),
    ETCD_ROOT_ROLE_MISSING(
            "PD-2034",
            precondition(),
            "etcdserver: root user does not have root role",
            "grant the role root to the user root"),
    ETCD_USER_EXISTS(
            "PD-2035", precondition(), "etcdserver: user name already exists", Hints.REQUEST),
    ETCD_USER_EMPTY(
            "PD-2036",
            invalid(),
            "etcdserver: user name is empty",
            "send a user name, or a token while authentication is on"),
    ETCD_USER_NOT_FOUND(
            "PD-2037", precondition(), "etcdserver: user name not found", Hints.REQUEST),
    ETCD_ROLE_EXISTS(
            "PD-2038", precondition(), "etcdserver: role name already exists", Hints.REQUEST),
    ETCD_ROLE_NOT_FOUND(
            "PD-2039", precondition(), "etcdserver: role name not found", Hints.REQUEST),
    ETCD_ROLE_EMPTY("PD-2040", invalid(), "etcdserver: role name is empty", Hints.REQUEST),
    ETCD_AUTH_FAILED(
            "PD-2041",
            invalid(),
            "etcdserver: authentication failed, invalid user ID or password",
            "check user and password"),
    ETCD_PERMISSION_NOT_GIVEN(
            "PD-2042", invalid(), "etcdserver: permission not given", Hints.REQUEST),
    ETCD_PERMISSION_DENIED(
            "PD-2043",
            grpc(Status.Code.PERMISSION_DENIED, 403),
            "etcdserver: permission denied",
            "the user needs a role with that permission"),
    ETCD_ROLE_NOT_GRANTED(
            "PD-2044",
            precondition(),
            "etcdserver: role is not granted to the user",
            Hints.REQUEST),
    ETCD_PERMISSION_NOT_GRANTED(
            "PD-2045",
            precondition(),
            "etcdserver: permission is not granted to the role",
            Hints.REQUEST),
    ETCD_AUTH_NOT_ENABLED(
            "PD-2046",
            precondition(),
            "etcdserver: authentication is not enabled",
            "go on without a token"),
    ETCD_INVALID_TOKEN(
            "PD-2047",
            grpc(Status.Code.UNAUTHENTICATED, 401),
            "etcdserver: invalid auth token",
            "authenticate again"),
    ETCD_AUTH_MANAGEMENT(
            "PD-2048", invalid(), "etcdserver: invalid auth management", Hints.REQUEST),
    ETCD_AUTH_OLD_REVISION(
            "PD-2049",
            invalid(),
            "etcdserver: revision of auth store is old",
            "authenticate again"),

    // The state of the cluster.
    ETCD_NOT_CAPABLE(
            "PD-2050",
            precondition(),
            "etcdserver: not capable",
            "wait until the cluster has agreed on its version"),
    ETCD_TIMEOUT_LEADER_FAILED(
            "PD-2051",
            unavailable(),
            "etcdserver: request timed out, possibly due to previous leader failure",
            Hints.OUTCOME_UNKNOWN),
    ETCD_TIMEOUT_CONNECTION_LOST(
            "PD-2052",
            unavailable(),
            "etcdserver: request timed out, possibly due to connection lost",
            Hints.OUTCOME_UNKNOWN),
    ETCD_TIMEOUT_APPLY(
            "PD-2053",
            unavailable(),
            "etcdserver: request timed out, waiting for the applied index took too long",
            "the member lags behind: ask another one"),
    ETCD_UNHEALTHY(
            "PD-2054",
            unavailable(),
            "etcdserver: unhealthy cluster",
            "wait until a majority of members is connected for five seconds"),
    ETCD_CORRUPT(
            "PD-2055",
            grpc(Status.Code.DATA_LOSS, 500),
            "etcdserver: corrupt cluster",
            "a member's data differ: find and replace it, then disarm the alarm"),
    ETCD_LEARNER(
            "PD-2056",
            precondition(),
            "etcdserver: rpc not supported for learner",
            "ask a voting member"),
    ETCD_DOWNGRADE_FORMAT(
            "PD-2057",
            invalid(),
            "etcdserver: wrong downgrade target version format",
            "write major.minor"),
    ETCD_DOWNGRADE_TARGET(
            "PD-2058",
            invalid(),
            "etcdserver: invalid downgrade target version",
            "only the next lower minor version can be the target"),
    ETCD_DOWNGRADE_NO_VERSION(
            "PD-2059",
            precondition(),
            "etcdserver: cluster version not found during downgrade",
            "wait until the cluster has agreed on its version"),
    ETCD_DOWNGRADE_RUNNING(
            "PD-2060",
            precondition(),
            "etcdserver: cluster has a downgrade job in progress",
            "cancel it first"),
    ETCD_DOWNGRADE_NONE(
            "PD-2061",
            precondition(),
            "etcdserver: no inflight downgrade job",
            "nothing to cancel"),
    ETCD_CANCELED("PD-2062", canceled(), "etcdserver: request canceled", Hints.OUTCOME_UNKNOWN),
    ETCD_DEADLINE_EXCEEDED(
            "PD-2063", deadline(), "etcdserver: context deadline exceeded", Hints.OUTCOME_UNKNOWN),

    // Texts without etcd's prefix or with a code by accident; clients compare only the text.
    ETCD_STREAM_SORT(
            "PD-2064",
            unimplemented(),
            "RangeStream does not support custom sort orders",
            "sort on the client's side, or use Range"),
    ETCD_STREAM_FILTER(
            "PD-2065",
            unimplemented(),
            "RangeStream does not support revision filters",
            "filter on the client's side, or use Range"),
    ETCD_NO_PASSWORD_USER(
            "PD-2066",
            unknown(),
            "auth: authentication failed, password was given for no password user",
            "that user logs in by certificate only"),
    ETCD_TRANSFER_TIMEOUT(
            "PD-2067",
            unknown(),
            "etcdserver: request timed out, leader transfer took too long",
            "ask who leads, then repeat"),
    ETCD_UNKNOWN_METHOD("PD-2068", unknown(), "etcdserver: unknown method", Hints.REQUEST),
    ETCD_ELECTION_NO_LEADER(
            "PD-2069", unknown(), "election: no leader", "nobody holds this election"),
    ETCD_ELECTION_NOT_LEADER(
            "PD-2070",
            unknown(),
            "election: not leader",
            "the leadership was lost: campaign again"),
    ETCD_ELECTION_LEADER_MISSING(
            "PD-2071", unknown(), "\"leader\" field must be provided", Hints.REQUEST),
    ETCD_DEADLINE("PD-2072", deadline(), "context deadline exceeded", Hints.OUTCOME_UNKNOWN),
    ETCD_MESSAGE_TOO_LARGE(
            "PD-2073",
            grpc(Status.Code.RESOURCE_EXHAUSTED, 429),
            "grpc: received message larger than max (%s vs. %s)",
            "split the request"),
    // The words of etcd's hash library.
    PASSWORD_TOO_LONG(
            "PD-2074",
            unknown(),
            "bcrypt: password length exceeds 72 bytes",
            "choose a shorter password"),
    // Ours: the original stops at such a request.
    ALARM_UNKNOWN("PD-2075", invalid(), "etcdserver: unknown alarm or alarm action", Hints.REQUEST);

    private final String code;
    private final Form form;
    private final String pattern;
    private final String hint;
    private final boolean plain;

    ErrorCatalogue(String code, Form form, String pattern, String hint) {
        this.code = code;
        this.form = form;
        this.pattern = form.lead() + pattern;
        this.hint = hint;
        this.plain = pattern.indexOf('%') < 0;
    }

    /** Stable identifier, {@code PD-nnnn}; never reused for another error. */
    public String code() {
        return code;
    }

    /** Status of the call when the error travels as a gRPC status. */
    public Status.Code grpcCode() {
        return form.grpc();
    }

    /** Type inside the response header; {@code OK} for a row that travels as a status. */
    public ErrorType header() {
        return form.header();
    }

    public int httpStatus() {
        return form.http();
    }

    /** What the reader can do about it. */
    public String hint() {
        return hint;
    }

    /** The bare text. */
    public String text(Object... arguments) {
        return plain ? pattern : String.format(pattern, arguments);
    }

    /** The text behind the error's name, {@code [PD:class:Name]text}; bare if it has no name. */
    public String namedText(Object... arguments) {
        return form.name().isEmpty()
                ? text(arguments)
                : "[PD:" + form.name() + "]" + text(arguments);
    }

    /** A gRPC status with the bare text. */
    public Status status(Object... arguments) {
        return grpcCode().toStatus().withDescription(text(arguments));
    }

    /** A gRPC status with the named text, as the original's normalised errors travel. */
    public Status namedStatus(Object... arguments) {
        return grpcCode().toStatus().withDescription(namedText(arguments));
    }

    /** How a row travels. */
    private record Form(Status.Code grpc, ErrorType header, int http, String name, String lead) {
        Form named(String newName) {
            return new Form(grpc, header, http, newName, lead);
        }
    }

    private static Form grpc(Status.Code code, int http) {
        return new Form(code, ErrorType.OK, http, "", "");
    }

    private static Form header(ErrorType type, int http) {
        return new Form(Status.Code.UNKNOWN, type, http, "", "");
    }

    private static Form tso() {
        return new Form(
                Status.Code.UNKNOWN,
                ErrorType.OK,
                500,
                "tso:ErrGenerateTimestamp",
                "generate timestamp failed, ");
    }

    private static Form badBootstrap() {
        return header(ErrorType.UNKNOWN, 400);
    }

    private static Form precondition() {
        return grpc(Status.Code.FAILED_PRECONDITION, 400);
    }

    private static Form unavailable() {
        return grpc(Status.Code.UNAVAILABLE, 503);
    }

    private static Form unknown() {
        return grpc(Status.Code.UNKNOWN, 500);
    }

    private static Form canceled() {
        return grpc(Status.Code.CANCELLED, 499);
    }

    private static Form deadline() {
        return grpc(Status.Code.DEADLINE_EXCEEDED, 504);
    }

    private static Form unimplemented() {
        return grpc(Status.Code.UNIMPLEMENTED, 501);
    }

    private static Form invalid() {
        return grpc(Status.Code.INVALID_ARGUMENT, 400);
    }

    private static final class Hints {
        static final String ASK_LEADER = "ask the PD leader; the members call names it";
        static final String STORE_BUG = "the store sent a malformed bootstrap request";
        static final String REQUEST = "correct the request";
        static final String OUTCOME_UNKNOWN =
                "the outcome of a write is unknown: read before repeating it";
    }
}
