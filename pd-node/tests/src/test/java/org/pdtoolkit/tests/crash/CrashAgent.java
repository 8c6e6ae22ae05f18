package org.pdtoolkit.tests.crash;

import static net.bytebuddy.matcher.ElementMatchers.nameStartsWith;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;

/**
 * Ends the process, with nothing flushed and nobody told, when it gets to the {@link CrashPoint}
 * whose name its control file holds. Anything written to a file before stays: what kill -9 does.
 */
public final class CrashAgent {
    /** Exit code of a process that was ended. */
    static final int EXIT_CODE = 137;

    private static final long POLL_NANOS = 2_000_000;

    private static volatile String armed = "";

    private CrashAgent() {}

    /** Called by the JVM before {@code main}. */
    public static void premain(String controlFile, Instrumentation instrumentation) {
        Path file = Path.of(controlFile);
        AgentBuilder agent =
                new AgentBuilder.Default().ignore(not(nameStartsWith("org.pdtoolkit.")));
        for (CrashPoint point : CrashPoint.values()) {
            CrashPoint.Place place = point.place();
            Advice advice =
                    Advice.withCustomMapping()
                            .bind(Name.class, point.name())
                            .to(place.entry() ? AtEntry.class : AtEnd.class);
            agent =
                    agent.type(named(place.type()))
                            .transform(
                                    (builder, type, loader, module, domain) ->
                                            builder.visit(advice.on(named(place.method()))));
        }
        agent.installOn(instrumentation);
        read(file);
        Thread watcher = new Thread(() -> watch(file), "crash-agent");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static void watch(Path file) {
        while (true) {
            read(file);
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static void read(Path file) {
        try {
            armed = Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Called from the woven places. */
    public static void reached(String point) {
        if (point.equals(armed)) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    /** Writes the jar for {@code -javaagent}; the classes are taken from the class path. */
    static void writeJar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", CrashAgent.class.getName());
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
    }

    /** Stands for the name of the point in the code below. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Name {}

    private static final class AtEntry {
        @Advice.OnMethodEnter
        static void enter(@Name String point) {
            reached(point);
        }
    }

    private static final class AtEnd {
        @Advice.OnMethodExit
        static void exit(@Name String point) {
            reached(point);
        }
    }
}
