package org.pdtoolkit.server.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.pdtoolkit.wire.ErrorCatalogue;

class GatewayRouteTest {
    @Test
    void theTableIsTheOriginals() throws IOException {
        List<String> original;
        try (InputStream table = getClass().getResourceAsStream("/gateway/routes.tsv")) {
            original =
                    new String(table.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .skip(1)
                            .toList();
        }
        List<String> ours =
                GatewayRoute.ROUTES.stream()
                        .map(
                                route ->
                                        String.join(
                                                "\t",
                                                route.method().getServiceName().replace('.', '\t'),
                                                route.method().getBareMethodName(),
                                                "POST",
                                                route.path(),
                                                "*"))
                        .toList();
        assertEquals(original, ours);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL, names = "ETCD_.*")
    void statusesAreThoseOfTheCatalogue(ErrorCatalogue row) {
        assertEquals(row.httpStatus(), HttpStatus.of(row.grpcCode()));
    }

    @Test
    void aCallThatWentWellIs200() {
        assertEquals(200, HttpStatus.of(Status.Code.OK));
    }
}
