package org.pdtoolkit.raft;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The core with a piece of its source replaced, and the tests on top of it, in a class loader of
 * their own. So a planted bug needs no switch that production code would have to carry.
 */
final class PatchedCore extends ClassLoader {
    private static final String PACKAGE = "org.pdtoolkit.raft.";
    private static final Path SOURCES = Path.of("src/main/java/org/pdtoolkit/raft");

    /**
     * @param file path below the package of the core
     * @param text occurs exactly once in it
     */
    record Patch(String file, String text, String replacement) {}

    private final Map<String, byte[]> compiled = new HashMap<>();

    PatchedCore(Patch patch) {
        super(PatchedCore.class.getClassLoader());
        compile(patch.file(), patched(read(patch.file()), patch));
    }

    private static String read(String file) {
        try {
            return Files.readString(SOURCES.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String patched(String source, Patch patch) {
        int at = source.indexOf(patch.text());
        if (at < 0 || source.indexOf(patch.text(), at + 1) >= 0) {
            throw new IllegalStateException(
                    patch.file() + " must hold exactly once: " + patch.text());
        }
        return source.replace(patch.text(), patch.replacement());
    }

    private void compile(String file, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options = List.of("-proc:none", "-nowarn", "-cp", classes());
        try (JavaFileManager files = new Output(compiler)) {
            if (!compiler.getTask(
                            null, files, problems, options, null, List.of(new Source(file, source)))
                    .call()) {
                throw new IllegalStateException(problems.getDiagnostics().toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classes() {
        try {
            URI place = Raft.class.getProtectionDomain().getCodeSource().getLocation().toURI();
            return Path.of(place).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String file, String text) {
            super(URI.create("string:///org/pdtoolkit/raft/" + file), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps the compiled classes. */
    private final class Output extends ForwardingJavaFileManager<JavaFileManager> {
        Output(JavaCompiler compiler) {
            super(compiler.getStandardFileManager(null, null, null));
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("class:///" + name), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            compiled.put(name, toByteArray());
                        }
                    };
                }
            };
        }
    }

    // Core and tests share packages, so both have to come from here to see each other's parts.
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PACKAGE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] bytes = compiled.get(name);
        if (bytes == null) {
            try (InputStream in =
                    getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                bytes = in.readAllBytes();
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    /** A class of the core or of its tests, by its name below their package. */
    Class<?> named(String name) {
        try {
            return loadClass(PACKAGE + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Calls a static method of a class that {@link #named} finds. */
    Object call(String type, String method, Object... arguments) {
        for (Method candidate : named(type).getDeclaredMethods()) {
            if (candidate.getName().equals(method)) {
                candidate.setAccessible(true);
                try {
                    return candidate.invoke(null, arguments);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(type + "." + method, e);
                }
            }
        }
        throw new IllegalArgumentException(type + "." + method);
    }
}
