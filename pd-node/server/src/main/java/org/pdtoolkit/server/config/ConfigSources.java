package org.pdtoolkit.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.commons.configuration2.CompositeConfiguration;
import org.pdtoolkit.server.config.CommandLineReader.Flags;
import org.pdtoolkit.server.config.OriginalKeys.Effect;

/**
 * The texts of all rows from flags, environment and file, the first source that has a key winning.
 *
 * <p>Keys of the originals that have no row are sorted out here: accepted with a warning or refused
 * ({@link OriginalKeys}). Everything else unknown is a problem, except in the environment.
 */
final class ConfigSources {
    private static final String JAVA_OPTIONS = "PD_NODE_JAVA_OPTS";
    private static final String ENVIRONMENT_PREFIX = "PD_NODE_";
    private static final String ETCD_PREFIX = "ETCD_";

    /** Row name to text; the layer that was added first wins. */
    private final CompositeConfiguration layers = new CompositeConfiguration();

    /** How the winning layer spells the row, for messages. */
    private final Map<ConfigKey<?>, String> origins = new LinkedHashMap<>();

    private final List<String> problems = new ArrayList<>();
    private final List<String> unsupported = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Reads all sources; the file's name may come from a flag or from the environment. */
    ConfigSources(Flags flags, Map<String, String> environment) {
        problems.addAll(flags.problems());
        addLayer(flags.values(), flags.spelledAs());
        addEnvironment(environment);
        Map<String, String> foreign = addEtcdEnvironment(environment);
        foreign.putAll(flags.foreign());
        text(ConfigSchema.CONFIG).ifPresent(this::addFile);
        originalFlags(foreign);
    }

    List<String> problems() {
        return problems;
    }

    List<String> unsupported() {
        return unsupported;
    }

    List<String> warnings() {
        return warnings;
    }

    /** The text that counts; empty text means unset, as in pd-server's files. */
    Optional<String> text(ConfigKey<?> row) {
        // Not getString, which would expand ${...} inside of values.
        Object text = layers.getProperty(row.name());
        return Optional.ofNullable(text).map(t -> t.toString().strip()).filter(t -> !t.isEmpty());
    }

    /** How the source of {@link #text} spells the row. */
    String origin(ConfigKey<?> row) {
        return origins.getOrDefault(row, "default of " + row.name());
    }

    private void addLayer(Map<ConfigKey<?>, String> texts, Map<ConfigKey<?>, String> spelledAs) {
        BaseConfiguration layer = new BaseConfiguration();
        texts.forEach(
                (row, text) -> {
                    layer.addProperty(row.name(), text);
                    origins.putIfAbsent(row, spelledAs.get(row));
                });
        layers.addConfiguration(layer);
    }

    private void originalFlags(Map<String, String> foreign) {
        Set<String> ignored = new LinkedHashSet<>();
        foreign.forEach(
                (flag, text) -> {
                    if (OriginalKeys.ofEtcdFlag(flag).orElseThrow() == Effect.IGNORED) {
                        ignored.add("--" + flag);
                    } else if (!OriginalKeys.isOff(flag, text)) {
                        unsupported.add("--" + flag + " \"" + text + "\"");
                    }
                });
        // Not ignored but already so: whoever sets the authorities demands certificates.
        ignored.remove("--peer-client-cert-auth");
        if (Boolean.parseBoolean(foreign.get("peer-client-cert-auth"))
                && text(ConfigSchema.CACERT).isEmpty()) {
            problems.add(ConfigRules.CERTIFICATES_NEED_AUTHORITIES);
        }
        if (!ignored.isEmpty()) {
            warnings.add("accepted without effect in this version: " + String.join(", ", ignored));
        }
    }

    private void addEnvironment(Map<String, String> environment) {
        Map<String, ConfigKey<?>> known = new LinkedHashMap<>();
        ConfigSchema.rows().forEach(row -> known.put(row.environmentName(), row));
        Map<ConfigKey<?>, String> texts = new LinkedHashMap<>();
        Map<ConfigKey<?>, String> spelledAs = new LinkedHashMap<>();
        new TreeMap<>(environment)
                .forEach(
                        (variable, text) -> {
                            ConfigKey<?> row = known.get(variable);
                            if (row != null) {
                                texts.put(row, text);
                                spelledAs.put(row, variable);
                            } else if (variable.startsWith(ENVIRONMENT_PREFIX)
                                    && !variable.equals(JAVA_OPTIONS)) {
                                // Only a warning: Kubernetes sets such variables for a service
                                // that is called pd-node.
                                warnings.add(
                                        "unknown environment variable "
                                                + variable
                                                + Suggestion.of(variable, known.keySet()));
                            }
                        });
        addLayer(texts, spelledAs);
    }

    /**
     * etcd's own variables count after this node's, so that what "etcdctl member add" prints can be
     * exported as it is. Unknown ones are left alone: others use the prefix too.
     *
     * @return text by spelling of a flag of etcd that has no row
     */
    private Map<String, String> addEtcdEnvironment(Map<String, String> environment) {
        Map<ConfigKey<?>, String> texts = new LinkedHashMap<>();
        Map<ConfigKey<?>, String> spelledAs = new LinkedHashMap<>();
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            List<String> spellings = new ArrayList<>(row.aliases());
            spellings.add(row.name());
            for (String spelling : spellings) {
                String text = environment.get(etcdVariable(spelling));
                if (text != null && texts.putIfAbsent(row, text) == null) {
                    spelledAs.put(row, etcdVariable(spelling));
                }
            }
        }
        addLayer(texts, spelledAs);
        Map<String, String> foreign = new LinkedHashMap<>();
        for (String flag : OriginalKeys.etcdFlags()) {
            String text = environment.get(etcdVariable(flag));
            if (text != null) {
                foreign.put(flag, text);
            }
        }
        return foreign;
    }

    private static String etcdVariable(String spelling) {
        return ETCD_PREFIX + spelling.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private void addFile(String name) {
        Map<String, String> content;
        try {
            Path file = ConfigSchema.CONFIG.parse(name);
            content = ConfigFile.read(file);
        } catch (ConfigValueException e) {
            problems.add(origin(ConfigSchema.CONFIG) + ": " + e.getMessage());
            return;
        }
        Map<ConfigKey<?>, String> texts = new LinkedHashMap<>();
        Map<ConfigKey<?>, String> spelledAs = new LinkedHashMap<>();
        for (ConfigKey<?> row : ConfigSchema.rows()) {
            for (String key : row.fileKeys()) {
                String text = content.remove(key);
                if (text != null && texts.putIfAbsent(row, text) == null) {
                    spelledAs.put(row, key + " in " + name);
                }
            }
        }
        addLayer(texts, spelledAs);
        originalFileKeys(content, name);
    }

    private void originalFileKeys(Map<String, String> content, String file) {
        Map<String, List<String>> ignored = new TreeMap<>();
        content.forEach(
                (key, text) -> {
                    Optional<Effect> effect = OriginalKeys.ofFileKey(key);
                    if (effect.isEmpty()) {
                        problems.add(
                                "unknown key "
                                        + key
                                        + " in "
                                        + file
                                        + Suggestion.of(key, knownFileKeys()));
                    } else if (effect.get() == Effect.IGNORED) {
                        int dot = key.indexOf('.');
                        String table = dot < 0 ? "" : "[" + key.substring(0, dot) + "] ";
                        ignored.computeIfAbsent(table, t -> new ArrayList<>())
                                .add(key.substring(dot + 1));
                    } else if (!OriginalKeys.isOff(key, text)) {
                        unsupported.add(key + " in " + file + " \"" + text + "\"");
                    }
                });
        ignored.forEach(
                (table, keys) ->
                        warnings.add(
                                table
                                        + "accepted without effect in this version: "
                                        + String.join(", ", keys)));
    }

    private static Set<String> knownFileKeys() {
        Set<String> known = new LinkedHashSet<>();
        ConfigSchema.rows().forEach(row -> known.addAll(row.fileKeys()));
        OriginalKeys.pdTables()
                .forEach(
                        (table, keys) ->
                                keys.stream()
                                        .filter(key -> !key.equals("*"))
                                        .map(key -> table.isEmpty() ? key : table + "." + key)
                                        .forEach(known::add));
        return known;
    }
}
