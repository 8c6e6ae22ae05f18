package org.pdtoolkit.server.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * One row of the {@link ConfigSchema}: everything that parsing, checking, help and manual need to
 * know about a key. Immutable.
 *
 * @param <T> type of the parsed value
 */
public final class ConfigKey<T> {

    /** Chapters of help and manual, in their order. */
    public enum Group {
        MEMBER("Member"),
        CLUSTER("Cluster"),
        DISCOVERY("Discovery of the other founders"),
        ELECTION("Elections and timestamps"),
        STORAGE("Storage and limits"),
        SECURITY("Security"),
        LOG("Logs and metrics"),
        PROXY("Proxy mode");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        /** Heading of the chapter. */
        public String title() {
            return title;
        }
    }

    private final String name;
    private final ConfigType<T> type;
    private final Group group;
    private final String defaultText;
    private final String derivedDefault;
    private final String doc;
    private final boolean reloadable;
    private final boolean secret;
    private final char letter;
    private final List<String> aliases;
    private final List<String> fileKeys;

    private ConfigKey(Builder<T> builder) {
        this.name = builder.name;
        this.type = builder.type;
        this.group = builder.group;
        this.defaultText = builder.defaultText;
        this.derivedDefault = builder.derivedDefault;
        this.doc = builder.doc;
        this.reloadable = builder.reloadable;
        this.secret = builder.secret;
        this.letter = builder.letter;
        this.aliases = List.copyOf(builder.aliases);
        this.fileKeys = List.copyOf(builder.fileKeys);
    }

    /** Name of the key, and with two dashes of the flag. */
    public String name() {
        return name;
    }

    /** Chapter of help and manual. */
    public Group group() {
        return group;
    }

    /** Default as a user would write it; empty if the key is unset or its default is derived. */
    public String defaultText() {
        return defaultText;
    }

    /** What help and manual say about the default. */
    public String shownDefault() {
        return derivedDefault.isEmpty() ? defaultText : derivedDefault;
    }

    /** One or more sentences for help and manual. */
    public String doc() {
        return doc;
    }

    /** Whether the value can change while the node runs. */
    public boolean reloadable() {
        return reloadable;
    }

    /** Whether the value must not be shown. */
    public boolean secret() {
        return secret;
    }

    /** One-letter flag, or 0. */
    public char letter() {
        return letter;
    }

    /** Other spellings of the flag, without dashes; etcd's, and pd-server's where they differ. */
    public List<String> aliases() {
        return aliases;
    }

    /** Dotted keys in the file, the documented one first; empty if the file may not hold it. */
    public List<String> fileKeys() {
        return fileKeys;
    }

    /** Variable in the environment. */
    public String environmentName() {
        return "PD_NODE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** What stands for the value in help and manual. */
    public String placeholder() {
        return type.placeholder();
    }

    /** Accepted values in words, unit included; may be empty. */
    public String bounds() {
        return type.bounds();
    }

    /** Whether the flag may stand alone and then means true. */
    boolean isSwitch() {
        return type.placeholder().equals("true|false");
    }

    T parse(String text) throws ConfigValueException {
        return type.parser().parse(text);
    }

    @Override
    public String toString() {
        return name;
    }

    static <T> Builder<T> key(String name, ConfigType<T> type, Group group) {
        return new Builder<>(name, type, group);
    }

    /** Collects a row; {@link #into} ends it. */
    static final class Builder<T> {
        private final String name;
        private final ConfigType<T> type;
        private final Group group;
        private final List<String> aliases = new ArrayList<>();
        private final List<String> fileKeys = new ArrayList<>();
        private String defaultText = "";
        private String derivedDefault = "";
        private String doc = "";
        private boolean reloadable;
        private boolean secret;
        private char letter;

        private Builder(String name, ConfigType<T> type, Group group) {
            this.name = name;
            this.type = type;
            this.group = group;
            fileKeys.add(name);
        }

        Builder<T> defaults(String text) {
            defaultText = text;
            return this;
        }

        /** Says in words how an unset key gets its value. */
        Builder<T> derived(String words) {
            derivedDefault = words;
            return this;
        }

        Builder<T> doc(String sentences) {
            doc = sentences;
            return this;
        }

        Builder<T> reloadable() {
            reloadable = true;
            return this;
        }

        Builder<T> secret() {
            secret = true;
            return this;
        }

        Builder<T> letter(char c) {
            letter = c;
            return this;
        }

        Builder<T> alias(String... spellings) {
            aliases.addAll(Arrays.asList(spellings));
            return this;
        }

        /** The documented key in the file; the plain name stays accepted. */
        Builder<T> inFile(String dotted) {
            fileKeys.add(0, dotted);
            return this;
        }

        Builder<T> notInFile() {
            fileKeys.clear();
            return this;
        }

        /** Ends the row and hands it to the list. */
        ConfigKey<T> into(Consumer<ConfigKey<?>> rows) {
            ConfigKey<T> key = new ConfigKey<>(this);
            rows.accept(key);
            return key;
        }
    }
}
