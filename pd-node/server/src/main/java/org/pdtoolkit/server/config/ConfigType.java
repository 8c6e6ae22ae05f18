package org.pdtoolkit.server.config;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How the text of one configuration key becomes a value.
 *
 * <p>All sources (flag, environment, file, default) deliver text, so that one parser and one
 * message serve all of them. Instances are immutable and may be shared between threads.
 *
 * @param placeholder what stands for the value in help and manual, upper case
 * @param bounds the accepted values in words, unit included; empty if anything is accepted
 * @param parser from text to value
 */
record ConfigType<T>(String placeholder, String bounds, Parser<T> parser) {

    /** Turns text into a value or says why it cannot. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws ConfigValueException;
    }

    private static final Pattern NAME = Pattern.compile("[^\\s,=/\\p{Cntrl}]+");
    private static final Pattern BACKEND_NAME = Pattern.compile("[a-z][a-z0-9-]*");
    private static final int NAME_LENGTH_MAX = 255;
    private static final List<String> TRUE_WORDS = List.of("true", "1", "t", "on", "yes");
    private static final List<String> FALSE_WORDS = List.of("false", "0", "f", "off", "no");

    static ConfigType<String> text(String placeholder) {
        return new ConfigType<>(placeholder, "", text -> text);
    }

    /** A member's name: it becomes a directory name and the left side of {@code name=url}. */
    static ConfigType<String> memberName() {
        return new ConfigType<>(
                "NAME",
                "no blank, comma, slash or equals sign, at most 255 characters",
                text -> {
                    if (!NAME.matcher(text).matches() || text.length() > NAME_LENGTH_MAX) {
                        throw new ConfigValueException(
                                "expected a name without blank, comma, slash or equals sign, at"
                                        + " most 255 characters, got \""
                                        + text
                                        + "\"");
                    }
                    return text;
                });
    }

    /** A storage backend's name; which ones there are is known when it is opened. */
    static ConfigType<String> backendName() {
        return new ConfigType<>(
                "file|h2|NAME",
                "",
                text -> {
                    String word = text.toLowerCase(Locale.ROOT);
                    if (BACKEND_NAME.matcher(word).matches()) {
                        return word;
                    }
                    throw new ConfigValueException(
                            "expected file, h2 or the name of another backend, got \""
                                    + text
                                    + "\"");
                });
    }

    /** {@code name=value[,name=value...]}, each name once; empty for none. */
    static ConfigType<Map<String, String>> assignments() {
        return new ConfigType<>("NAME=VALUE[,...]", "", ConfigType::parseAssignments);
    }

    private static Map<String, String> parseAssignments(String text) throws ConfigValueException {
        Map<String, String> values = new LinkedHashMap<>();
        if (text.isBlank()) {
            return values;
        }
        for (String item : text.split(",", -1)) {
            int equals = item.indexOf('=');
            String name = equals < 0 ? "" : item.substring(0, equals).trim();
            if (name.isEmpty()) {
                throw new ConfigValueException(
                        "expected NAME=VALUE[,NAME=VALUE...], got \"" + item.trim() + "\"");
            }
            if (values.put(name, item.substring(equals + 1).trim()) != null) {
                throw new ConfigValueException("\"" + name + "\" is given twice");
            }
        }
        return Collections.unmodifiableMap(values);
    }

    static ConfigType<Path> path(String placeholder) {
        return new ConfigType<>(
                placeholder,
                "",
                text -> {
                    try {
                        return Path.of(text);
                    } catch (InvalidPathException e) {
                        throw new ConfigValueException(
                                "expected a path, got \"" + text + "\": " + e.getReason());
                    }
                });
    }

    static ConfigType<Boolean> bool() {
        return new ConfigType<>(
                "true|false",
                "",
                text -> {
                    String word = text.toLowerCase(Locale.ROOT);
                    if (TRUE_WORDS.contains(word)) {
                        return Boolean.TRUE;
                    }
                    if (FALSE_WORDS.contains(word)) {
                        return Boolean.FALSE;
                    }
                    throw new ConfigValueException("expected true or false, got \"" + text + "\"");
                });
    }

    static ConfigType<String> choice(String... words) {
        String all = String.join("|", words);
        return new ConfigType<>(
                all,
                "",
                text -> {
                    String word = text.toLowerCase(Locale.ROOT);
                    if (Arrays.asList(words).contains(word)) {
                        return word;
                    }
                    throw new ConfigValueException("expected " + all + ", got \"" + text + "\"");
                });
    }

    /** A whole number between the bounds, both included. */
    static ConfigType<Long> count(long least, long most) {
        String range = least + " to " + most;
        return new ConfigType<>(
                "N",
                range,
                text -> {
                    long value;
                    try {
                        value = Long.parseLong(text);
                    } catch (NumberFormatException e) {
                        throw new ConfigValueException(
                                "expected a whole number from " + range + ", got \"" + text + "\"");
                    }
                    if (value < least || value > most) {
                        throw new ConfigValueException("expected " + range + ", got " + text);
                    }
                    return value;
                });
    }

    /** A size in bytes; KB, MB and GB are powers of 1024, as pd-server reads them. */
    static ConfigType<Long> bytes(long least, long most) {
        return new ConfigType<>(
                "BYTES",
                Quantity.formatBytes(least) + " to " + Quantity.formatBytes(most),
                text -> {
                    long value = Quantity.parseBytes(text);
                    if (value < least || value > most) {
                        throw new ConfigValueException(
                                "expected "
                                        + Quantity.formatBytes(least)
                                        + " to "
                                        + Quantity.formatBytes(most)
                                        + ", got \""
                                        + text
                                        + "\"");
                    }
                    return value;
                });
    }

    /** A duration with unit, value in milliseconds. */
    static ConfigType<Long> duration(long leastMillis, long mostMillis) {
        return duration(leastMillis, mostMillis, false);
    }

    /** Like {@link #duration} and also a bare number of milliseconds, as etcd's flags take it. */
    static ConfigType<Long> durationOrMillis(long leastMillis, long mostMillis) {
        return duration(leastMillis, mostMillis, true);
    }

    private static ConfigType<Long> duration(long least, long most, boolean bareMillis) {
        String range = Quantity.formatMillis(least) + " to " + Quantity.formatMillis(most);
        return new ConfigType<>(
                "DURATION",
                range,
                text -> {
                    boolean bare = bareMillis && Quantity.isWholeNumber(text);
                    long value = Quantity.parseMillis(bare ? text + "ms" : text);
                    if (value < least || value > most) {
                        throw new ConfigValueException(
                                "expected " + range + ", got \"" + text + "\"");
                    }
                    return value;
                });
    }

    /** URLs to bind: scheme, IP address and port, nothing after it. */
    static ConfigType<List<URI>> listenUrls() {
        return new ConfigType<>(
                "URL[,URL...]",
                "http or https, an IP address or localhost, a port",
                text -> Urls.parseList(text, true));
    }

    /** URLs that others use to reach this member: scheme, host and port, nothing after it. */
    static ConfigType<List<URI>> urls() {
        return new ConfigType<>(
                "URL[,URL...]",
                "http or https, a host, a port",
                text -> Urls.parseList(text, false));
    }

    /** Where another cluster is reached: URLs as {@link #urls} takes them, or host:port each. */
    static ConfigType<List<String>> endpoints() {
        return new ConfigType<>(
                "HOST:PORT|URL[,...]",
                "a host and a port each",
                text -> {
                    List<String> endpoints = new ArrayList<>();
                    for (String item : text.split(",", -1)) {
                        String endpoint = item.trim();
                        if (endpoint.isEmpty()) {
                            throw new ConfigValueException("must not contain empty endpoints");
                        }
                        Urls.parse(
                                endpoint.contains("://") ? endpoint : "http://" + endpoint, false);
                        endpoints.add(endpoint);
                    }
                    return List.copyOf(endpoints);
                });
    }

    /** {@code http(s)://host[:port]/token}: a registry and the place of a cluster in it. */
    static ConfigType<URI> tokenUrl() {
        return new ConfigType<>("URL", "http or https, a host, a path", Urls::parseTokenUrl);
    }

    /** A domain, or {@code dns://server[:port]/domain}. */
    static ConfigType<URI> domain() {
        return new ConfigType<>("DOMAIN", "", Urls::parseDomain);
    }

    /** {@link #urls}, or none: the originals' files hold an empty text. */
    static ConfigType<List<URI>> urlsOrNone() {
        return new ConfigType<>(
                "URL[,URL...]",
                "http or https, a host, a port",
                text -> text.isEmpty() ? List.of() : Urls.parseList(text, false));
    }

    /** {@code host:port}, or a URL as {@link #urls} takes it. */
    static ConfigType<URI> address() {
        return new ConfigType<>(
                "HOST:PORT",
                "a host and a port",
                text -> Urls.parse(text.contains("://") ? text : "http://" + text, false));
    }

    /** {@code name=url[,name=url...]}; a name may occur several times. */
    static ConfigType<Map<String, List<String>>> initialCluster() {
        return new ConfigType<>("NAME=URL[,...]", "each URL once", InitialClusterText::parse);
    }
}
