package org.pdtoolkit.ctl.client;

/**
 * What a PD answered.
 *
 * @param from the member that was asked (a follower may have asked its leader)
 * @param status HTTP status
 * @param body the body as received, decoded as UTF-8
 */
public record Answer(Endpoint from, int status, String body) {
    /** Whether the request was carried out. */
    public boolean ok() {
        return status >= 200 && status < 300;
    }

    /**
     * What the body says, in one line: PD wraps messages as a JSON string, as an object with {@code
     * msg}, or not at all.
     */
    public String message() {
        String text = body.strip();
        if (text.startsWith("\"") || text.startsWith("{")) {
            try {
                Object tree = Json.parse(text);
                Object msg = Json.field(tree, "msg");
                if (tree instanceof String string) {
                    text = string;
                } else if (msg instanceof String string) {
                    text = string;
                }
            } catch (CtlException e) {
                // Not JSON after all: the text itself is the message.
            }
        }
        int lineEnd = text.indexOf('\n');
        return lineEnd < 0 ? text : text.substring(0, lineEnd).strip();
    }
}
