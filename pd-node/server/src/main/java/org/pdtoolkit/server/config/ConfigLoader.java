package org.pdtoolkit.server.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pdtoolkit.server.config.CommandLineReader.Flags;

/**
 * The one way to a {@link NodeConfig}: flags, then environment, then file, then defaults, each key
 * from the first that has it.
 *
 * <p>All problems are collected and told at once; nothing is created or opened for writing, so a
 * refused start leaves no trace. Thread: any; blocks on reading the file and, only when names and
 * addresses must be compared, on the resolver.
 */
public final class ConfigLoader {
    private static final Path KERNEL_HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private final ConfigSources sources;
    private final Map<ConfigKey<?>, Object> values = new LinkedHashMap<>();
    private final Set<ConfigKey<?>> given = new HashSet<>();
    private final Set<ConfigKey<?>> broken = new HashSet<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> unsupported = new ArrayList<>();

    private ConfigLoader(ConfigSources sources) {
        this.sources = sources;
        problems.addAll(sources.problems());
        unsupported.addAll(sources.unsupported());
    }

    /**
     * Reads and checks everything.
     *
     * @param args the command line without the program's name
     * @param environment usually {@link System#getenv()}
     * @return a node to start, or what to print before exiting
     */
    public static LoadResult load(String[] args, Map<String, String> environment) {
        Flags flags = CommandLineReader.read(args);
        if (flags.help()) {
            return new LoadResult.Exit(LoadResult.EXIT_OK, HelpText.help(), "");
        }
        if (flags.version()) {
            return new LoadResult.Exit(LoadResult.EXIT_OK, HelpText.version(), "");
        }
        return new ConfigLoader(new ConfigSources(flags, environment)).resolve();
    }

    private LoadResult resolve() {
        ConfigSchema.rows().forEach(this::parse);
        derive();
        NodeConfig config = new NodeConfig(values);
        ConfigRules rules = new ConfigRules(config, given, broken, sources::origin);
        rules.check();
        problems.addAll(rules.problems());
        unsupported.addAll(rules.unsupported());
        List<String> warnings = new ArrayList<>(sources.warnings());
        warnings.addAll(rules.warnings());
        if (!problems.isEmpty() || !unsupported.isEmpty()) {
            return refusal();
        }
        if (config.find(ConfigSchema.CONFIG_CHECK).orElse(false)) {
            // As pd-server says it.
            String found =
                    warnings.isEmpty() ? "config check successful" : String.join("\n", warnings);
            return new LoadResult.Exit(LoadResult.EXIT_OK, found + "\n", "");
        }
        return new LoadResult.Start(config, warnings);
    }

    private <T> void parse(ConfigKey<T> row) {
        Optional<String> text = sources.text(row);
        parseDefault(row).ifPresent(value -> values.put(row, value));
        if (text.isEmpty()) {
            return;
        }
        given.add(row);
        try {
            values.put(row, row.parse(text.get()));
        } catch (ConfigValueException e) {
            // The default stays in place, so that rules about other keys can still be checked.
            broken.add(row);
            problems.add(sources.origin(row) + ": " + e.getMessage());
        }
    }

    private static <T> Optional<T> parseDefault(ConfigKey<T> row) {
        if (row.defaultText().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(row.parse(row.defaultText()));
        } catch (ConfigValueException e) {
            throw new IllegalStateException("default of " + row, e);
        }
    }

    /** Fills in what depends on other values, in the order in which they depend. */
    private void derive() {
        if (!values.containsKey(ConfigSchema.NAME)) {
            values.put(ConfigSchema.NAME, "pd-" + hostname());
        }
        Object name = values.get(ConfigSchema.NAME);
        values.computeIfAbsent(ConfigSchema.DATA_DIR, row -> Path.of("default." + name));
        values.computeIfAbsent(
                ConfigSchema.ADVERTISE_CLIENT_URLS, row -> values.get(ConfigSchema.CLIENT_URLS));
        values.computeIfAbsent(
                ConfigSchema.ADVERTISE_PEER_URLS, row -> values.get(ConfigSchema.PEER_URLS));
        if (ConfigRules.DISCOVERIES.stream().anyMatch(given::contains)) {
            return;
        }
        NodeConfig soFar = new NodeConfig(values);
        values.computeIfAbsent(
                ConfigSchema.INITIAL_CLUSTER,
                row ->
                        Map.of(
                                soFar.name(),
                                soFar.advertisePeerUrls().stream().map(URI::toString).toList()));
    }

    /** The kernel's name for this machine, without asking a name server, which can take seconds. */
    private static String hostname() {
        try {
            if (Files.isReadable(KERNEL_HOSTNAME)) {
                return Files.readString(KERNEL_HOSTNAME).strip();
            }
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + KERNEL_HOSTNAME, e);
        }
    }

    private LoadResult refusal() {
        boolean usage = !problems.isEmpty();
        List<String> items = new ArrayList<>(problems);
        unsupported.forEach(item -> items.add(item + " is not supported yet"));
        StringBuilder text = new StringBuilder("pd-node: not started, ");
        text.append(items.size() == 1 ? "1 problem" : items.size() + " problems").append(":\n");
        items.forEach(item -> text.append("  ").append(item).append('\n'));
        text.append(
                usage
                        ? "'pd-node --help' lists the flags, pd-node.conf(5) explains the keys.\n"
                        : "It starts when these settings are left out.\n");
        return new LoadResult.Exit(
                usage ? LoadResult.EXIT_USAGE : LoadResult.EXIT_NOT_SUPPORTED_YET,
                "",
                text.toString());
    }
}
