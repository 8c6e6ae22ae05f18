package org.pdtoolkit.tests.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One pd-node as a process of its own, on the class path of this one.
 *
 * <p>Thread: one at a time.
 */
public final class NodeProcess implements AutoCloseable {
    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m");

    private final String name;
    private final List<String> command;
    private final Path log;
    private Process process;

    /**
     * @param arguments of pd-node
     * @param log where its standard output and error go, appended
     */
    public NodeProcess(String name, List<String> arguments, Path log) {
        this(name, arguments, log, List.of());
    }

    /**
     * @param jvmFlags more flags for its JVM
     */
    public NodeProcess(String name, List<String> arguments, Path log, List<String> jvmFlags) {
        this.name = name;
        this.log = log;
        this.command = command(arguments);
        command.addAll(1, jvmFlags);
    }

    /** What starts a node with these arguments. */
    public static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("org.pdtoolkit.server.Main");
        command.addAll(arguments);
        return command;
    }

    public String name() {
        return name;
    }

    public void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("PD_NODE_") || key.startsWith("ETCD_"));
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            Files.createDirectories(log.getParent());
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** kill -9, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        await(10);
    }

    /** Freezes it, as a long pause of the JVM or the machine would. */
    public void pause() {
        signal("-STOP");
    }

    public void resume() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", signal, Long.toString(pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill " + signal + " " + pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Asks it to stop and returns its exit code. */
    public int stop() {
        process.destroy();
        return await(20);
    }

    /** Waits for its end and returns its exit code. */
    public int await(int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        name + " still runs after " + seconds + " s; see " + log);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Everything it has printed so far. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (isAlive()) {
            process.destroyForcibly();
            await(10);
        }
    }
}
