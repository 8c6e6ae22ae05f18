package org.pdtoolkit.server.config;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:2379",
                "https://0.0.0.0:65535",
                "http://[::]:1",
                "http://[fe80::1]:2379",
                "http://localhost:2379"
            })
    void listensOnAddressesAndLocalhost(String text) throws ConfigValueException {
        assertEquals(text, Urls.parse(text, true).toString());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    URL                        | BECAUSE
                    ''                         | URL scheme must be http or https
                    127.0.0.1:2379             | expected http://HOST:PORT
                    localhost:2379             | URL scheme must be http or https
                    http://127.0.0.1           | URL address does not have the form "host:port"
                    http://:2379               | URL address does not have the form "host:port"
                    http://127.0.0.1:0         | expected a port from 1 to 65535
                    http://127.0.0.1:65536     | expected a port from 1 to 65535
                    http://127.0.0.1:port      | URL address does not have the form "host:port"
                    http://127.0.0.1:2379/     | URL must not contain a path
                    http://127.0.0.1:2379?a=b  | expected only http://HOST:PORT
                    http://me@127.0.0.1:2379   | expected only http://HOST:PORT
                    http://256.0.0.1:2379      | URL address does not have the form "host:port"
                    http://some.host:2379      | expected IP in URL for binding
                    unix://localhost:2379      | unix sockets are not supported
                    http://[::1:2379           | expected http://HOST:PORT
                    """)
    void refusesToListenElsewhere(String text, String because) {
        ConfigValueException e =
                assertThrows(ConfigValueException.class, () -> Urls.parse(text, true));
        assertTrue(e.getMessage().contains(because), e.getMessage());
    }

    @Test
    void namesEveryBadUrlOfAList() {
        ConfigValueException e =
                assertThrows(
                        ConfigValueException.class,
                        () -> Urls.parseList("ftp://a:1, http://b:1, http://c:99999", false));

        assertTrue(e.getMessage().contains("ftp://a:1"), e.getMessage());
        assertTrue(e.getMessage().contains("http://c:99999"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
                    URLS | HOST_LENGTH | BECAUSE
                    64   | 253         |
                    65   | 5           | expected at most 64 URLs, got 65
                    6400 | 5           | expected at most 64 URLs, got 6400
                    1    | 289         |
                    1    | 292         | expected a URL of at most 300 characters, got 301
                    1    | 100000      | expected a URL of at most 300 characters, got 100009
                    """)
    void urlsAreAsManyAndAsLongAsThoseOfAMember(int urls, int hostLength, String because) {
        String host = "h".repeat(hostLength);
        List<String> list =
                IntStream.rangeClosed(1, urls).mapToObj(i -> "http://" + host + ":" + i).toList();
        String text = String.join(",", list);
        String cluster = list.stream().map("m="::concat).collect(Collectors.joining(","));
        if (because == null) {
            assertDoesNotThrow(() -> Urls.parseList(text, false));
            assertDoesNotThrow(() -> InitialClusterText.parse(cluster));
        } else {
            refused(() -> Urls.parseList(text, false), because);
            refused(() -> InitialClusterText.parse(cluster), because);
        }
    }

    private static void refused(Executable parsing, String because) {
        ConfigValueException e = assertThrows(ConfigValueException.class, parsing);
        assertTrue(e.getMessage().contains(because), e.getMessage());
    }
}
