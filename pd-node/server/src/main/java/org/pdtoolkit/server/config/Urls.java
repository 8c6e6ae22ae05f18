package org.pdtoolkit.server.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.pdtoolkit.kv.Member;

/** The URL rules shared by every key that takes URLs. Texts follow etcd where etcd has one. */
final class Urls {
    private static final Pattern IPV4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern DOMAIN = Pattern.compile("/[^\\s/.]+(\\.[^\\s/.]+)*\\.?");
    private static final int PORT_MAX = 65535;

    private Urls() {}

    /** Parses a comma-separated list; every bad entry is named, not only the first. */
    static List<URI> parseList(String text, boolean forListening) throws ConfigValueException {
        List<URI> urls = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String[] items = text.split(",", -1);
        requireCount(items.length);
        for (String item : items) {
            try {
                URI url = parse(item.trim(), forListening);
                if (urls.contains(url)) {
                    throw new ConfigValueException("duplicate URL " + url);
                }
                urls.add(url);
            } catch (ConfigValueException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigValueException(String.join("; ", problems));
        }
        return List.copyOf(urls);
    }

    /** Refuses more URLs than a member can have. */
    static void requireCount(int urls) throws ConfigValueException {
        if (urls > Member.URLS_MAX) {
            throw new ConfigValueException(
                    "expected at most " + Member.URLS_MAX + " URLs, got " + urls);
        }
    }

    static URI parse(String text, boolean forListening) throws ConfigValueException {
        if (text.length() > Member.URL_LENGTH_MAX) {
            throw new ConfigValueException(
                    "expected a URL of at most "
                            + Member.URL_LENGTH_MAX
                            + " characters, got "
                            + text.length());
        }
        URI url = uri(text, "http://HOST:PORT");
        checkScheme(url, text);
        // A host name with an underscore, or a port that is no number, leaves no host behind.
        if (url.getHost() == null || url.getPort() < 0) {
            throw new ConfigValueException(
                    "URL address does not have the form \"host:port\": " + text);
        }
        if (url.getPort() == 0 || url.getPort() > PORT_MAX) {
            throw new ConfigValueException(
                    "expected a port from 1 to " + PORT_MAX + ", got " + text);
        }
        if (!url.getRawPath().isEmpty()) {
            throw new ConfigValueException("URL must not contain a path: " + text);
        }
        if (url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null) {
            throw new ConfigValueException("expected only http://HOST:PORT, got " + text);
        }
        if (forListening && !isAddress(url.getHost())) {
            throw new ConfigValueException("expected IP in URL for binding (" + text + ")");
        }
        return url;
    }

    /** A URL whose path is the token of a cluster at a registry. */
    static URI parseTokenUrl(String text) throws ConfigValueException {
        URI url = uri(text, "http://HOST/TOKEN");
        checkScheme(url, text);
        boolean token = url.getPath() != null && !url.getPath().replace("/", "").isEmpty();
        if (url.getHost() == null || url.getPort() > PORT_MAX || !token) {
            throw new ConfigValueException("expected http://HOST/TOKEN, got \"" + text + "\"");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new ConfigValueException("expected only http://HOST/TOKEN, got " + text);
        }
        return url;
    }

    /** A domain as {@code dns:///domain} or {@code dns://server[:port]/domain}. */
    static URI parseDomain(String text) throws ConfigValueException {
        URI url = uri(text.contains("://") ? text : "dns:///" + text, "a domain");
        String path = url.getPath();
        boolean domain = path != null && DOMAIN.matcher(path).matches();
        if (!"dns".equals(url.getScheme()) || !domain || url.getPort() > PORT_MAX) {
            throw new ConfigValueException(
                    "expected a domain or dns://SERVER:PORT/DOMAIN, got \"" + text + "\"");
        }
        return url;
    }

    private static URI uri(String text, String expected) throws ConfigValueException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new ConfigValueException(
                    "expected " + expected + ", got \"" + text + "\": " + e.getReason());
        }
    }

    private static void checkScheme(URI url, String text) throws ConfigValueException {
        String scheme = url.getScheme();
        if ("unix".equals(scheme) || "unixs".equals(scheme)) {
            throw new ConfigValueException("unix sockets are not supported, got " + text);
        }
        if (!"http".equals(scheme) && !"https".equals(scheme)) {
            throw new ConfigValueException(
                    "URL scheme must be http or https, got \"" + text + "\"");
        }
    }

    /** Whether a socket can be bound to the host without asking a name server. */
    private static boolean isAddress(String host) {
        return host.equals("localhost") || host.startsWith("[") || IPV4.matcher(host).matches();
    }

    /** Whether the host stands for every interface, which nobody else can connect to. */
    static boolean isUnspecified(URI url) {
        return url.getHost().equals("0.0.0.0") || url.getHost().equals("[::]");
    }
}
