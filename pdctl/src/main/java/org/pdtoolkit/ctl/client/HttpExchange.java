package org.pdtoolkit.ctl.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/**
 * One HTTP request and its answer over the JDK's small client; java.net.http costs half a second at
 * start.
 *
 * <p>Each exchange has its own connection. A pooled one may be stale, and then nobody can tell
 * whether a write arrived.
 */
final class HttpExchange {
    static {
        System.setProperty("http.keepAlive", "false");
    }

    /** The request never left: repeating it elsewhere is safe. */
    static final class NotSentException extends IOException {
        private static final long serialVersionUID = 1L;

        NotSentException(IOException cause) {
            super(cause);
        }

        @Override
        public synchronized IOException getCause() {
            return (IOException) super.getCause();
        }
    }

    // A member on the same continent accepts within this; a dead host must not eat the timeout.
    private static final int CONNECT_MILLIS_MAX = 2000;
    private static final int BODY_BYTES_MAX = 256 << 20;

    private final Connection connection;
    private SSLSocketFactory tls;
    private volatile HttpURLConnection current;

    HttpExchange(Connection connection) {
        this.connection = connection;
    }

    /** Closes the connection under the thread that waits for it, if any. */
    void abort() {
        HttpURLConnection open = current;
        if (open != null) {
            open.disconnect();
        }
    }

    Answer run(Endpoint endpoint, Request request) throws IOException {
        long deadline = System.nanoTime() + connection.timeout().toNanos();
        HttpURLConnection http = open(endpoint, request);
        current = http;
        try {
            byte[] body = null;
            if (request.body() != null || !request.isRead()) {
                String text = request.body() == null ? "" : request.body();
                body = text.getBytes(StandardCharsets.UTF_8);
                http.setDoOutput(true);
                // A fixed length also forbids the JDK to repeat a POST by itself.
                http.setFixedLengthStreamingMode(body.length);
            }
            try {
                http.connect();
            } catch (IOException e) {
                throw new NotSentException(e);
            }
            if (body != null) {
                try (OutputStream out = http.getOutputStream()) {
                    out.write(body);
                }
            }
            return answer(endpoint, http, deadline);
        } finally {
            current = null;
            http.disconnect();
        }
    }

    private HttpURLConnection open(Endpoint endpoint, Request request) throws IOException {
        URL url = new URL(endpoint.base() + request.path());
        HttpURLConnection http = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        if (endpoint.secure()) {
            if (tls == null) {
                tls = TlsFiles.socketFactory(connection);
            }
            ((HttpsURLConnection) http).setSSLSocketFactory(tls);
        }
        long millis = Math.max(1, Math.min(connection.timeout().toMillis(), Integer.MAX_VALUE));
        http.setConnectTimeout((int) Math.min(millis, CONNECT_MILLIS_MAX));
        http.setReadTimeout((int) millis);
        http.setInstanceFollowRedirects(false);
        http.setUseCaches(false);
        http.setRequestMethod(request.method());
        http.setRequestProperty("Accept", "*/*");
        http.setRequestProperty("User-Agent", "pdctl");
        http.setRequestProperty("X-Caller-ID", "pdctl");
        if (request.local()) {
            http.setRequestProperty("PD-Allow-follower-handle", "true");
        }
        if (request.body() != null) {
            http.setRequestProperty("Content-Type", "application/json");
        }
        return http;
    }

    private static Answer answer(Endpoint endpoint, HttpURLConnection http, long deadline)
            throws IOException {
        int status;
        try {
            status = http.getResponseCode();
        } catch (HttpRetryException e) {
            // The JDK would like to repeat the request with credentials; the answer is "no".
            return new Answer(endpoint, e.responseCode(), "");
        }
        if (status < 0) {
            throw new IOException("the answer is not HTTP");
        }
        InputStream in = status >= 400 ? http.getErrorStream() : http.getInputStream();
        if (in == null) {
            return new Answer(endpoint, status, "");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                body.write(buffer, 0, n);
                if (body.size() > BODY_BYTES_MAX) {
                    throw new IOException("the answer is larger than 256 MiB");
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new SocketTimeoutException("the answer took too long");
                }
            }
        }
        return new Answer(endpoint, status, body.toString(StandardCharsets.UTF_8));
    }
}
