package org.pdtoolkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Everything that a backend compiles against, listed in {@code signatures.txt}. What changes there
 * is read in review: the package's Javadoc says what it means for the version. Written anew with
 * {@code -Dtestdata.rewrite=true}.
 */
class SignaturesTest {
    private static final Path LIST =
            Path.of("src/test/resources/org/pdtoolkit/storage/signatures.txt");
    private static final Path CLASSES = Path.of("target/classes");

    @Test
    void theListIsCurrent() throws Exception {
        List<String> lines = new ArrayList<>();
        lines.add("API_VERSION " + StorageProvider.API_VERSION);
        for (Class<?> type : publicTypes()) {
            lines.add("");
            lines.add(header(type));
            lines.addAll(members(type));
        }
        if (Boolean.getBoolean("testdata.rewrite")) {
            Files.write(LIST, lines);
        }
        String advice = "read \"Versions\" in package-info.java; -Dtestdata.rewrite=true rewrites";
        assertEquals(String.join("\n", Files.readAllLines(LIST)), String.join("\n", lines), advice);
    }

    @Test
    void nothingOfAThirdPartyIsInIt() throws Exception {
        for (String line : Files.readAllLines(LIST)) {
            for (String word : line.split("[^A-Za-z0-9_.$]+")) {
                boolean qualified = word.matches("([a-z0-9]+\\.)+[A-Z].*");
                assertTrue(
                        !qualified || word.startsWith("java.") || word.startsWith("org.pdtoolkit."),
                        word + " in: " + line);
            }
        }
    }

    private static List<Class<?>> publicTypes() throws IOException, ClassNotFoundException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(CLASSES)) {
            files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
        }
        List<Class<?>> types = new ArrayList<>();
        for (Path file : files) {
            String path = CLASSES.relativize(file).toString().replace(".class", "");
            if (path.endsWith("package-info")) {
                continue;
            }
            Class<?> type = Class.forName(path.replace('/', '.').replace('\\', '.'));
            if (Modifier.isPublic(type.getModifiers())) {
                types.add(type);
            }
        }
        return types;
    }

    private static String header(Class<?> type) {
        StringBuilder line = new StringBuilder(type.toGenericString());
        if (type.getSuperclass() != null && type.getSuperclass() != Object.class) {
            line.append(" extends ").append(type.getGenericSuperclass().getTypeName());
        }
        for (var contract : type.getGenericInterfaces()) {
            line.append(" : ").append(contract.getTypeName());
        }
        return line.toString();
    }

    private static List<String> members(Class<?> type) {
        Stream<AccessibleObject> all =
                Stream.of(
                                type.getDeclaredFields(),
                                type.getDeclaredConstructors(),
                                type.getDeclaredMethods())
                        .flatMap(Arrays::stream);
        return all.filter(SignaturesTest::isPublished)
                .map(SignaturesTest::text)
                .map(line -> "  " + line.replace(type.getName() + ".", ""))
                .sorted()
                .toList();
    }

    private static boolean isPublished(AccessibleObject object) {
        Member member = (Member) object;
        int modifiers = member.getModifiers();
        return !member.isSynthetic()
                && (Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers));
    }

    private static String text(AccessibleObject object) {
        return object instanceof Field field
                ? field.toGenericString()
                : ((Executable) object).toGenericString();
    }
}
