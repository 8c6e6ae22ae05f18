package org.pdtoolkit.ctl.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import javax.net.ssl.SSLException;

/** Says what failed exchanges mean: exit code, message and next step. */
final class Failures {
    private static final String CHECK_ADDRESS =
            "is PD running there? pass its client URL with -u, or set PD_ADDR";
    private static final int QUOTED_CHARS_MAX = 500;

    /** One failed exchange. */
    record Failure(ExitCode exit, Endpoint endpoint, String why, String hint, Throwable cause) {
        /** A finding with a reason of its own says more than a silent or closed port. */
        private int weight() {
            return switch (exit) {
                case CANNOT_CONNECT -> 0;
                case UNKNOWN_OUTCOME -> 1;
                default -> 2;
            };
        }
    }

    private Failures() {}

    /** What to tell after the members in question were tried. */
    static CtlException report(Request request, List<Failure> failures) {
        Failure best = failures.get(0);
        StringBuilder message = new StringBuilder("cannot ").append(request.what());
        String separator = ": ";
        for (Failure failure : failures) {
            best = failure.weight() > best.weight() ? failure : best;
            message.append(separator).append(failure.endpoint()).append(' ').append(failure.why());
            separator = "; ";
        }
        return new CtlException(best.exit(), message.toString(), best.hint(), best.cause());
    }

    /** Nothing was sent: name lookup, connection or TLS handshake failed. */
    static Failure notSent(Endpoint endpoint, IOException cause) {
        boolean timeout = cause instanceof SocketTimeoutException;
        if (cause instanceof SSLException || timeout && reason(cause).startsWith("Read")) {
            return tls(endpoint, cause);
        }
        String why;
        if (cause instanceof UnknownHostException) {
            why = "has an unknown host name";
        } else if (timeout) {
            why = "cannot be reached: no connection within the time limit";
        } else if (cause instanceof NoRouteToHostException) {
            why = "cannot be reached: no route to the host";
        } else if (cause instanceof ConnectException) {
            why = "cannot be reached: connection refused";
        } else {
            why = "cannot be reached: " + reason(cause);
        }
        return new Failure(ExitCode.CANNOT_CONNECT, endpoint, why, CHECK_ADDRESS, cause);
    }

    private static Failure tls(Endpoint endpoint, IOException cause) {
        String text = reason(cause);
        String why = text;
        String hint = "does the server speak TLS? then check --cacert, --cert and --key";
        if (cause instanceof SocketTimeoutException) {
            why = "the handshake was not answered within the time limit";
        } else if (text.contains("PKIX path") || text.contains("trustAnchors")) {
            why = "its certificate is not signed by a trusted authority";
            hint = "pass the cluster's CA with --cacert, or set CA_PATH";
        } else if (text.contains("Unsupported or unrecognized SSL message")) {
            why = "the server does not speak TLS";
            hint = "use http:// instead of https://, or check the port";
        } else if (text.contains("certificate_required") || text.contains("bad_certificate")) {
            hint = "pass a client certificate that PD trusts with --cert and --key";
        }
        return new Failure(ExitCode.CANNOT_CONNECT, endpoint, "failed in TLS: " + why, hint, cause);
    }

    /** Sent, but no whole answer came back. */
    static Failure unanswered(Request request, Endpoint endpoint, IOException cause) {
        boolean timeout = cause instanceof SocketTimeoutException;
        String why =
                timeout ? "did not answer within the time limit" : "broke off: " + reason(cause);
        if (!request.isRead()) {
            return new Failure(
                    ExitCode.UNKNOWN_OUTCOME,
                    endpoint,
                    why + "; the request was sent and may have taken effect",
                    "look at the state before you repeat it, for example with 'pdctl member'",
                    cause);
        }
        if (timeout) {
            String hint = "raise --timeout, or ask another PD with -u";
            return new Failure(ExitCode.UNKNOWN_OUTCOME, endpoint, why, hint, cause);
        }
        if (cause instanceof SSLException) {
            return tls(endpoint, cause);
        }
        String hint = "is this a PD client URL? with TLS it starts with https://";
        return new Failure(ExitCode.CANNOT_CONNECT, endpoint, why, hint, cause);
    }

    /** The member answered, and the answer is no. */
    static Failure status(Answer answer) {
        String said = answer.message();
        String why = "answered [" + answer.status() + "]";
        if (!said.isEmpty()) {
            why += " " + shortened(said);
        }
        ExitCode exit = exitOf(answer.status(), said);
        return new Failure(exit, answer.from(), why, hintOf(exit, answer.status(), said), null);
    }

    private static ExitCode exitOf(int status, String said) {
        if (isPlainToTls(said)) {
            return ExitCode.CANNOT_CONNECT;
        }
        if (status == 503
                || said.contains("ErrRedirect")
                || said.contains("ErrLeaderNil")
                || said.contains("ErrServerNotStarted")
                || said.contains("etcdserver: no leader")
                || said.contains("not leader")) {
            return ExitCode.NO_LEADER;
        }
        if (said.contains("etcdserver: request timed out")
                || said.contains("context deadline exceeded")) {
            return ExitCode.UNKNOWN_OUTCOME;
        }
        if (said.contains("etcdserver: member not found")) {
            return ExitCode.NOT_FOUND;
        }
        if (isUnsafeChange(said)) {
            return ExitCode.REFUSED;
        }
        return switch (status) {
            case 401, 403 -> ExitCode.PERMISSION;
            // A missing page is no missing thing: the server does not know the call.
            case 404 -> isMissingPage(said) ? ExitCode.FAILED : ExitCode.NOT_FOUND;
            case 408, 504 -> ExitCode.UNKNOWN_OUTCOME;
            case 409, 412 -> ExitCode.REFUSED;
            default -> ExitCode.FAILED;
        };
    }

    private static String hintOf(ExitCode exit, int status, String said) {
        if (isPlainToTls(said)) {
            return "the server speaks TLS: use https:// and pass --cacert";
        }
        if (isMissingPage(said)) {
            return "is it a PD, and is this its client URL (not the peer URL)?";
        }
        if (isUnsafeChange(said)) {
            return "the members that stay must be up and connected for 5 s: see 'pdctl health'";
        }
        if (status == 429) {
            return "PD limits this call; try again later";
        }
        if (status >= 300 && status < 400) {
            return "the server redirects; pass the final address with -u";
        }
        return switch (exit) {
            case NO_LEADER ->
                    "'pdctl health' shows which members answer; more than half must. Try again"
                            + " when a leader is elected";
            case UNKNOWN_OUTCOME -> "look at the state before you repeat the command";
            case PERMISSION -> "check which certificate you use: --cert and --key";
            case FAILED ->
                    status >= 500 ? "the log of that PD says more" : "'pdctl help' shows the usage";
            default -> "";
        };
    }

    /** A change of the members that could leave the cluster without a quorum. */
    private static boolean isUnsafeChange(String said) {
        return said.contains("etcdserver: re-configuration failed")
                || said.contains("etcdserver: unhealthy cluster");
    }

    /** Go's answer to a plain request on a TLS port. */
    private static boolean isPlainToTls(String said) {
        return said.contains("HTTP request to an HTTPS server");
    }

    private static boolean isMissingPage(String said) {
        return said.startsWith("404 page not found");
    }

    private static String reason(IOException cause) {
        String text = cause.getMessage();
        return text == null || text.isEmpty() ? cause.getClass().getSimpleName() : shortened(text);
    }

    private static String shortened(String text) {
        return text.length() <= QUOTED_CHARS_MAX ? text : text.substring(0, QUOTED_CHARS_MAX) + "…";
    }
}
