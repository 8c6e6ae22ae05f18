package org.pdtoolkit.server.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pdtoolkit.server.port.HttpCall;
import org.pdtoolkit.server.port.HttpField;

class ForwardedTest {
    private static List<HttpField> onward(HttpField... fields) {
        return Forwarded.request(
                new HttpCall(
                        "GET",
                        "/",
                        List.of(fields),
                        new byte[0],
                        new InetSocketAddress("10.0.0.7", 1),
                        new CompletableFuture<>()));
    }

    @Test
    void fieldsOfOneConnectionStayBehind() {
        assertEquals(
                List.of(
                        new HttpField("Authorization", "token"),
                        new HttpField("X-Forwarded-For", "10.0.0.7")),
                onward(
                        new HttpField("Connection", "close, X-Mine"),
                        new HttpField("x-mine", "1"),
                        new HttpField("Keep-Alive", "5"),
                        new HttpField("Proxy-Authenticate", "Basic"),
                        new HttpField("Proxy-Authorization", "Basic x"),
                        new HttpField("TE", "trailers"),
                        new HttpField("Trailers", "x"),
                        new HttpField("Transfer-Encoding", "chunked"),
                        new HttpField("Upgrade", "h2c"),
                        new HttpField("Authorization", "token")));
    }

    @Test
    void theCallerIsAddedToThoseBefore() {
        assertEquals(
                List.of(new HttpField("X-Forwarded-For", "1.1.1.1, 2.2.2.2, 10.0.0.7")),
                onward(
                        new HttpField("x-forwarded-for", "1.1.1.1"),
                        new HttpField("X-Forwarded-For", "2.2.2.2")));
    }

    @Test
    void theAnswerIsPassedOnButForItsConnection() {
        assertEquals(
                List.of(new HttpField("Content-Type", "a"), new HttpField("X", "y")),
                Forwarded.answer(
                        List.of(
                                new HttpField("content-length", "1"),
                                new HttpField("Connection", "keep-alive"),
                                new HttpField("Content-Type", "a"),
                                new HttpField("X", "y"))));
    }
}
