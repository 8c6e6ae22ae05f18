package org.pdtoolkit.ctl.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import javax.net.ssl.SSLException;

/** Says what a failed exchange means: exit code, message and next step. */
final class Failures {
    private static final String CHECK_ADDRESS =
            "is PD running there? pass its client URL with -u, or set PD_ADDR";
    private static final String NO_LEADER_HINT =
            "'pdctl health' shows which members answer; a cluster needs more than half of them."
                    + " Try again when it has elected a leader";

    private Failures() {}

    /** Nothing was sent: name lookup, connection or TLS handshake failed. */
    static CtlException notSent(Request request, Endpoint endpoint, IOException cause) {
        String why;
        String hint = CHECK_ADDRESS;
        if (cause instanceof UnknownHostException) {
            why = "the host name is unknown";
        } else if (cause instanceof SocketTimeoutException) {
            why = "no connection within the time limit";
        } else if (cause instanceof NoRouteToHostException) {
            why = "no route to the host";
        } else if (cause instanceof ConnectException) {
            why = "connection refused";
        } else if (cause instanceof SSLException) {
            why = "TLS failed: " + tlsReason(cause);
            hint = tlsHint(cause);
        } else {
            why = reason(cause);
        }
        String message = "cannot " + request.what() + ": cannot connect to " + endpoint + ": ";
        return new CtlException(ExitCode.CANNOT_CONNECT, message + why, hint, cause);
    }

    private static String tlsReason(IOException cause) {
        String text = reason(cause);
        if (text.contains("PKIX path") || text.contains("trustAnchors")) {
            return "its certificate is not signed by a trusted authority";
        }
        if (text.contains("Unsupported or unrecognized SSL message")) {
            return "the server does not speak TLS";
        }
        return text;
    }

    private static String tlsHint(IOException cause) {
        String text = reason(cause);
        if (text.contains("Unsupported or unrecognized SSL message")) {
            return "use http:// instead of https://, or check the port";
        }
        if (text.contains("PKIX path") || text.contains("trustAnchors")) {
            return "pass the cluster's CA with --cacert, or set CA_PATH";
        }
        if (text.contains("certificate_required") || text.contains("bad_certificate")) {
            return "pass a client certificate that PD trusts with --cert and --key";
        }
        return "check --cacert, --cert and --key; --debug shows the cause";
    }

    /** Sent, but no whole answer came back. */
    static CtlException unanswered(Request request, Endpoint endpoint, IOException cause) {
        boolean timeout = cause instanceof SocketTimeoutException;
        if (cause instanceof SSLException && request.isRead()) {
            return notSent(request, endpoint, cause);
        }
        String why = timeout ? "no answer within the time limit" : reason(cause);
        String message = "cannot " + request.what() + ": " + endpoint + ": " + why;
        if (!request.isRead()) {
            return new CtlException(
                    ExitCode.UNKNOWN_OUTCOME,
                    message + "; the request was sent and may have taken effect",
                    "look at the state before you repeat it, for example with 'pdctl member'",
                    cause);
        }
        return timeout
                ? new CtlException(
                        ExitCode.UNKNOWN_OUTCOME,
                        message,
                        "raise --timeout, or ask another PD",
                        cause)
                : new CtlException(
                        ExitCode.CANNOT_CONNECT,
                        message,
                        "is this a PD client URL? with TLS it starts with https://",
                        cause);
    }

    /** The member answered, and the answer is no. */
    static CtlException status(Request request, Answer answer) {
        String said = answer.message();
        String message =
                "cannot "
                        + request.what()
                        + ": "
                        + answer.from()
                        + " answered ["
                        + answer.status()
                        + "]"
                        + (said.isEmpty() ? "" : " " + shortened(said));
        if (said.contains("HTTP request to an HTTPS server")) {
            return new CtlException(
                    ExitCode.CANNOT_CONNECT,
                    message,
                    "the server speaks TLS: use https:// and pass --cacert");
        }
        if (answer.status() == 404 && said.startsWith("404 page not found")) {
            return new CtlException(
                    ExitCode.FAILED,
                    message,
                    "this server does not have the call: is it a PD, and is this its client URL"
                            + " (not the peer URL)?");
        }
        ExitCode exit = exitOf(answer.status(), said);
        return new CtlException(exit, message, hintOf(exit, answer.status()));
    }

    private static ExitCode exitOf(int status, String said) {
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
        return switch (status) {
            case 401, 403 -> ExitCode.PERMISSION;
            case 404 -> ExitCode.NOT_FOUND;
            case 408, 504 -> ExitCode.UNKNOWN_OUTCOME;
            case 409, 412 -> ExitCode.REFUSED;
            default -> ExitCode.FAILED;
        };
    }

    private static String hintOf(ExitCode exit, int status) {
        if (status == 429) {
            return "PD limits this call; try again later";
        }
        if (status >= 300 && status < 400) {
            return "the server redirects; pass the final address with -u";
        }
        return switch (exit) {
            case NO_LEADER -> NO_LEADER_HINT;
            case UNKNOWN_OUTCOME -> "look at the state before you repeat the command";
            case PERMISSION -> "check which certificate you use: --cert and --key";
            default -> "";
        };
    }

    /** What to tell after all members were tried: the failure that says most. */
    static CtlException combined(List<CtlException> failures) {
        CtlException best = failures.get(0);
        for (CtlException failure : failures) {
            if (weight(failure) > weight(best)) {
                best = failure;
            }
        }
        if (failures.size() == 1) {
            return best;
        }
        StringBuilder message = new StringBuilder(best.getMessage());
        for (CtlException failure : failures) {
            if (failure != best) {
                message.append("; before or after that, ").append(failure.getMessage());
            }
        }
        return best.reworded(message.toString(), best.hint());
    }

    /** An answer says more than a timeout, and a timeout more than a closed port. */
    private static int weight(CtlException failure) {
        return switch (failure.exit()) {
            case CANNOT_CONNECT -> 0;
            case UNKNOWN_OUTCOME -> 1;
            default -> 2;
        };
    }

    private static String reason(IOException cause) {
        String text = cause.getMessage();
        return text == null || text.isEmpty() ? cause.getClass().getSimpleName() : shortened(text);
    }

    private static String shortened(String text) {
        return text.length() <= 500 ? text : text.substring(0, 500) + "…";
    }
}
