package org.pdtoolkit.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;
import org.pdtoolkit.server.port.HttpReply;

class AccessRulesTest {
    private static HttpCall call(String field, String value) {
        return new HttpCall(
                "GET",
                "/health",
                List.of(new HttpField(field, value)),
                new byte[0],
                new InetSocketAddress(0),
                new CompletableFuture<>());
    }

    @ParameterizedTest
    @CsvSource({
        "etcd.example,       true",
        "etcd.example:2379,  true",
        "'[::1]:2379',       true",
        "'[::1]',            true",
        "evil.example,       false",
        "'',                 false",
        "etcd.example.evil,  false"
    })
    void onlyListedHostsMayBeNamed(String host, boolean allowed) {
        Set<String> hosts = Set.of("etcd.example", "::1");
        AccessRules plain = new AccessRules(Set.of("*"), hosts, false);
        assertEquals(allowed, plain.refusal(call("Host", host)).isEmpty());
        AccessRules tls = new AccessRules(Set.of("*"), hosts, true);
        assertEquals(Optional.empty(), tls.refusal(call("Host", host)));
    }

    @Test
    void refusedHostsGetTheOriginalsStatus() {
        AccessRules rules = new AccessRules(Set.of("*"), Set.of("a"), false);
        assertEquals(421, rules.refusal(call("Host", "b")).orElseThrow().status());
    }

    @ParameterizedTest
    @CsvSource({
        "*,             http://a.example, *",
        "http://a.example, http://a.example, http://a.example",
        "http://a.example, http://b.example, ''"
    })
    void onlyListedOriginsMayRead(String listed, String origin, String allowed) {
        AccessRules rules = new AccessRules(Set.of(listed), Set.of("*"), false);
        HttpReply reply = rules.withFields(call("Origin", origin), HttpReply.empty(200));
        assertEquals(
                allowed,
                reply.fields().stream()
                        .filter(field -> field.name().equals("Access-Control-Allow-Origin"))
                        .map(HttpField::value)
                        .findFirst()
                        .orElse(""));
    }
}
