package org.pdtoolkit.storage.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pdtoolkit.storage.StorageProvider;
import org.pdtoolkit.storage.tck.plain.Flaw;
import org.pdtoolkit.storage.tck.plain.PlainStorageProvider;

/** Proof of the kit: of a backend that breaks one promise, the tests of that rule fail. */
class PlantedFlawsTest {
    @TempDir Path temporary;

    private static StorageKit kit(Flaw flaw, Path home) {
        StorageProvider provider = new PlainStorageProvider(flaw);
        StorageKit kit =
                new StorageKit() {
                    @Override
                    public StorageProvider provider() {
                        return provider;
                    }

                    @Override
                    public Map<String, String> smallOptions() {
                        return Map.of();
                    }
                };
        kit.temporary = home;
        return kit;
    }

    /** Tests of the fast shape, in the order of their names. */
    private static List<Method> tests() {
        return Arrays.stream(StorageKit.class.getMethods())
                .filter(method -> !KitCounts.rulesOf(method).isEmpty())
                .filter(method -> method.getAnnotation(Tag.class) == null)
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    private List<String> failures(Flaw flaw) throws ReflectiveOperationException, IOException {
        List<String> failed = new ArrayList<>();
        for (Method test : tests()) {
            if (KitCounts.rulesOf(test).contains(flaw.rule())) {
                ValueSource values = test.getAnnotation(ValueSource.class);
                int[] arguments = values == null ? new int[] {0} : values.ints();
                for (int argument : arguments) {
                    Path home = Files.createTempDirectory(temporary, "flawed");
                    Object[] passed = values == null ? new Object[0] : new Object[] {argument};
                    try {
                        test.invoke(kit(flaw, home), passed);
                    } catch (InvocationTargetException e) {
                        failed.add(test.getName() + ": " + e.getCause());
                    }
                }
            }
        }
        return failed;
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theTestsOfTheRuleFail(Flaw flaw) throws Exception {
        List<String> failures = failures(flaw);
        assertFalse(failures.isEmpty(), flaw + ": every test of " + flaw.rule() + " passes");
    }

    @Test
    void everyRuleFindsAFlaw() {
        Set<String> proven = new TreeSet<>();
        for (Flaw flaw : Flaw.values()) {
            proven.add(flaw.rule());
        }
        proven.remove("");
        assertEquals(KitCounts.rules(), proven);
    }

    @Test
    void everyRuleOfTheContractsHasATest() throws IOException {
        Path contracts = Path.of("..", "api", "src", "main", "java").toAbsolutePath().normalize();
        Pattern rule = Pattern.compile("(?:PRV|STO|LOG|ORD|SNP)-\\d\\d");
        Set<String> written = new TreeSet<>();
        try (Stream<Path> files = Files.walk(contracts)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Matcher matcher = rule.matcher(Files.readString(file));
                while (matcher.find()) {
                    written.add(matcher.group());
                }
            }
        }
        assertTrue(written.size() > 20, contracts + ": " + written);
        assertEquals(written, KitCounts.rules());
    }
}
