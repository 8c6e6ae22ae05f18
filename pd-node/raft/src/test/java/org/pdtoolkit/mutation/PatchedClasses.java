package org.pdtoolkit.mutation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
 * The product with pieces of its source replaced, and the tests on top of it, in a class loader of
 * their own. So a planted bug needs no switch that production code would have to carry.
 */
public final class PatchedClasses extends ClassLoader {
    /**
     * @param file source, from the working directory
     * @param text occurs exactly once in it
     */
    public record Patch(Path file, String text, String replacement) {}

    private final String prefix;
    private final Map<String, byte[]> compiled = new HashMap<>();

    /**
     * @param prefix of the names of all classes to be loaded anew: product and tests, since they
     *     share packages and have to come from one loader to see each other's parts
     */
    public PatchedClasses(String prefix, List<Patch> patches) {
        super(PatchedClasses.class.getClassLoader());
        this.prefix = prefix;
        Map<Path, String> sources = new LinkedHashMap<>();
        for (Patch patch : patches) {
            String source = sources.computeIfAbsent(patch.file(), PatchedClasses::read);
            sources.put(patch.file(), patched(source, patch));
        }
        sources.forEach(this::compile);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
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

    private void compile(Path file, String source) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
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

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(Path file, String text) {
            super(URI.create("string:///" + file.getFileName()), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        // The place in the tree is not looked at: the package is in the text.
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
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

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(prefix)) {
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

    /** A class of the product or of its tests, by its name below the prefix. */
    public Class<?> named(String name) {
        try {
            return loadClass(prefix + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Calls a static method of a class that {@link #named} finds, with this loader as the one of
     * the thread.
     */
    public Object call(String type, String method, Object... arguments) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(this);
        try {
            for (Method candidate : named(type).getDeclaredMethods()) {
                if (candidate.getName().equals(method)) {
                    candidate.setAccessible(true);
                    return candidate.invoke(null, arguments);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + "." + method, e);
        } finally {
            thread.setContextClassLoader(before);
        }
        throw new IllegalArgumentException(type + "." + method);
    }
}
