package org.pdtoolkit.ctl.client;

import java.util.ArrayList;
import java.util.List;

/**
 * The client URL of one PD member.
 *
 * @param base scheme, host, port and optional path prefix, without a trailing slash
 */
public record Endpoint(String base) {
    private static final String EXPECTED =
            "expected host:port, http://host:port, https://host:port or pd://host:port,"
                    + " several separated by commas";

    /**
     * Reads the value of {@code -u}: addresses separated by commas, tried in order. A missing
     * scheme and pd-ctl's {@code pd} and {@code tikv} mean http.
     *
     * @throws CtlException {@link ExitCode#USAGE} when one of them is not an address
     */
    public static List<Endpoint> parseList(String text) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            endpoints.add(parse(part.trim()));
        }
        return endpoints;
    }

    private static Endpoint parse(String text) {
        int mark = text.indexOf("://");
        String scheme = mark < 0 ? "http" : text.substring(0, mark);
        String rest = mark < 0 ? text : text.substring(mark + 3);
        if (mark < 0 && rest.startsWith("//")) {
            rest = rest.substring(2);
        }
        if (scheme.equals("pd") || scheme.equals("tikv")) {
            scheme = "http";
        }
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw bad(text, "its scheme is " + scheme);
        }
        while (rest.endsWith("/")) {
            rest = rest.substring(0, rest.length() - 1);
        }
        int slash = rest.indexOf('/');
        checkAuthority(text, slash < 0 ? rest : rest.substring(0, slash));
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c <= ' ' || c >= 0x7f || "%?#@\\\"<>".indexOf(c) >= 0) {
                throw bad(text, "it contains '" + c + "'");
            }
        }
        return new Endpoint(scheme + "://" + rest);
    }

    private static void checkAuthority(String text, String authority) {
        int bracket = authority.lastIndexOf(']');
        int colon = authority.indexOf(':', Math.max(bracket, 0));
        String host = colon < 0 ? authority : authority.substring(0, colon);
        if (host.isEmpty()) {
            throw bad(text, text.isEmpty() ? "it is empty" : "it has no host");
        }
        if (colon < 0) {
            return;
        }
        try {
            int port = Integer.parseInt(authority.substring(colon + 1));
            if (port >= 1 && port <= 65535) {
                return;
            }
        } catch (NumberFormatException e) {
            // Reported below with the text the user typed.
        }
        throw bad(text, "its port is not a number from 1 to 65535");
    }

    private static CtlException bad(String text, String why) {
        return CtlException.usage(
                "'" + text + "' is not a PD address: " + why + "; " + EXPECTED,
                "for example: pdctl -u http://127.0.0.1:2379 member");
    }

    boolean secure() {
        return base.startsWith("https:");
    }

    @Override
    public String toString() {
        return base;
    }
}
