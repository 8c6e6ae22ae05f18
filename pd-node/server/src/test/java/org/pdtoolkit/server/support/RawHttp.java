package org.pdtoolkit.server.support;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A bare HTTP/1.1 client over one socket: sends exactly the bytes it is given. */
public final class RawHttp implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    /**
     * @param fields by name in lower case; the last value of repeated fields
     */
    public record Answer(int status, Map<String, String> fields, String body) {}

    public RawHttp(InetSocketAddress address) throws IOException {
        this(connect(address));
    }

    public RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address, TIMEOUT_MILLIS);
        return socket;
    }

    public static Answer get(InetSocketAddress address, String target) throws IOException {
        return request(address, "GET", target, Map.of(), "");
    }

    public static Answer request(
            InetSocketAddress address,
            String method,
            String target,
            Map<String, String> fields,
            String body)
            throws IOException {
        try (RawHttp http = new RawHttp(address)) {
            http.send(method, target, fields, body);
            return http.answer(method.equals("HEAD"));
        }
    }

    public void send(String method, String target, Map<String, String> fields, String body)
            throws IOException {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: test\r\n");
        fields.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        if (content.length > 0) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        send(head.append("\r\n").toString());
        socket.getOutputStream().write(content);
    }

    public void send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    public Answer answer() throws IOException {
        return answer(false);
    }

    private Answer answer(boolean withoutBody) throws IOException {
        String statusLine = line();
        Map<String, String> fields = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        int length = Integer.parseInt(fields.getOrDefault("content-length", "0"));
        byte[] body = withoutBody ? new byte[0] : in.readNBytes(length);
        return new Answer(
                Integer.parseInt(statusLine.split(" ")[1]),
                fields,
                new String(body, StandardCharsets.UTF_8));
    }

    /** Whether the server closes without another byte. */
    public boolean closedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** What comes until {@code text} has come so many times, or the server closes. */
    public String until(String text, int times) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            seen.append((char) c);
            if (seen.toString().split(Pattern.quote(text), -1).length > times) {
                break;
            }
        }
        return seen.toString();
    }

    /** Everything until the server closes. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after: " + line);
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
