package org.pdtoolkit.tests.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.pdtoolkit.server.port.TlsFiles;
import org.pdtoolkit.wire.pdpb.GetMembersResponse;
import org.pdtoolkit.wire.pdpb.Member;

/** A static cluster of real processes on loopback: members pd1, pd2, … */
public final class LocalCluster implements AutoCloseable {
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<String> clientUrls = new ArrayList<>();
    private final List<List<String>> arguments = new ArrayList<>();
    private final PdEndpoints endpoints;

    /**
     * @param storages storage backend of each member, so also their number
     * @param directory of data and logs
     * @param extra arguments for every node
     */
    public LocalCluster(List<String> storages, Path directory, List<String> extra) {
        this(storages, directory, extra, name -> List.of());
    }

    /**
     * @param jvmFlags by name of the member
     */
    public LocalCluster(
            List<String> storages,
            Path directory,
            List<String> extra,
            Function<String, List<String>> jvmFlags) {
        this(storages, directory, extra, jvmFlags, Optional.empty());
    }

    /**
     * @param tls of every member, on its client and on its peer port; {@link #endpoints} and what
     *     asks them speak plain text only
     */
    public LocalCluster(
            List<String> storages,
            Path directory,
            List<String> extra,
            Function<String, List<String>> jvmFlags,
            Optional<TlsFiles> tls) {
        String host = tls.isPresent() ? "https://127.0.0.1:" : "http://127.0.0.1:";
        int size = storages.size();
        int basePort = Ports.free(2 * size);
        List<String> initial = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            clientUrls.add(host + (basePort + 2 * i));
            initial.add("pd" + (i + 1) + "=" + host + (basePort + 2 * i + 1));
        }
        for (int i = 0; i < size; i++) {
            String name = "pd" + (i + 1);
            List<String> flags =
                    new ArrayList<>(
                            List.of(
                                    "--name=" + name,
                                    "--data-dir=" + directory.resolve(name).resolve("data"),
                                    "--client-urls=" + clientUrls.get(i),
                                    "--peer-urls=" + host + (basePort + 2 * i + 1),
                                    "--initial-cluster=" + String.join(",", initial),
                                    "--storage=" + storages.get(i)));
            tls.ifPresent(files -> flags.addAll(flags(files)));
            flags.addAll(extra);
            arguments.add(List.copyOf(flags));
            Path log = directory.resolve(name).resolve("log");
            nodes.add(new NodeProcess(name, flags, log, jvmFlags.apply(name)));
        }
        endpoints = new PdEndpoints(clientUrls);
    }

    private static List<String> flags(TlsFiles tls) {
        List<String> flags =
                new ArrayList<>(List.of("--cert=" + tls.certificate(), "--key=" + tls.key()));
        tls.authority().ifPresent(file -> flags.add("--cacert=" + file));
        return flags;
    }

    public void start() {
        nodes.forEach(NodeProcess::start);
    }

    public List<NodeProcess> nodes() {
        return nodes;
    }

    public NodeProcess node(String name) {
        return nodes.stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
    }

    public List<String> clientUrls() {
        return clientUrls;
    }

    /** Client URL of the member of that name. */
    public String clientUrl(String name) {
        return clientUrls.get(nodes.indexOf(node(name)));
    }

    /** The arguments node {@code index} was made with. */
    public List<String> arguments(int index) {
        return arguments.get(index);
    }

    public PdEndpoints endpoints() {
        return endpoints;
    }

    /** Name of the serving PD leader, as it says itself. */
    public Optional<String> leader() {
        for (String url : clientUrls) {
            GetMembersResponse members = endpoints.members(url).orElse(null);
            if (members != null && members.hasLeader()) {
                Member leader = members.getLeader();
                if (leader.getClientUrlsList().contains(url)) {
                    return Optional.of(leader.getName());
                }
            }
        }
        return Optional.empty();
    }

    /** Waits until a leader serves and returns its name. */
    public String awaitLeader(Duration patience) {
        await("a serving PD leader", patience, () -> leader().isPresent());
        return leader().orElseThrow(() -> new IllegalStateException("the leader is gone again"));
    }

    /** Polls {@code condition}; fails with the name of what was awaited. */
    public static void await(String what, Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("no " + what + " within " + patience);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::close);
        endpoints.close();
    }
}
