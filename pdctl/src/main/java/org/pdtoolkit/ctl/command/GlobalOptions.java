package org.pdtoolkit.ctl.command;

import java.util.List;
import org.pdtoolkit.ctl.client.Endpoint;
import org.pdtoolkit.ctl.render.Console;
import org.pdtoolkit.ctl.render.Format;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The flags that every command takes, and where their values come from otherwise. */
final class GlobalOptions {
    /** Flags with a value: the scan for the first command word must step over the value. */
    static final List<String> WITH_VALUE =
            List.of("-u", "--pd", "--cacert", "--cert", "--key", "--timeout", "-o", "--output");

    private GlobalOptions() {}

    static void addTo(CommandSpec root) {
        root.addOption(
                value("ADDR[,ADDR...]", "-u", "--pd")
                        .description("address of PD; several are tried in order")
                        .build());
        root.addOption(
                value("FILE", "--cacert").description("PEM file of trusted authorities").build());
        root.addOption(
                value("FILE", "--cert").description("PEM file of the client certificate").build());
        root.addOption(value("FILE", "--key").description("PEM file of its PKCS#8 key").build());
        root.addOption(
                value("DURATION", "--timeout")
                        .description("limit for one answer, default 10s")
                        .build());
        root.addOption(
                value("FORMAT", "-o", "--output")
                        .completionCandidates(List.of("json", "table", "raw"))
                        .description("json, table or raw; raw is what pd-ctl prints")
                        .build());
        root.addOption(flag("--debug").description("show the cause of an error").build());
        root.addOption(flag("-h", "--help").usageHelp(true).description("show help").build());
    }

    private static OptionSpec.Builder value(String label, String... names) {
        return OptionSpec.builder(names)
                .paramLabel(label)
                .type(String.class)
                .arity("1")
                .scopeType(ScopeType.INHERIT);
    }

    private static OptionSpec.Builder flag(String... names) {
        return OptionSpec.builder(names).arity("0").scopeType(ScopeType.INHERIT);
    }

    /** Flag over the settings of the process (for a line of a shell or script). */
    static Settings resolve(ParseResult parsed, Settings base) {
        String pd = last(parsed, "--pd");
        String cacert = last(parsed, "--cacert");
        String cert = last(parsed, "--cert");
        String key = last(parsed, "--key");
        String timeout = last(parsed, "--timeout");
        String output = last(parsed, "--output");
        return new Settings(
                pd == null ? base.endpoints() : Endpoint.parseList(pd),
                cacert == null ? base.cacert() : cacert,
                cert == null ? base.cert() : cert,
                key == null ? base.key() : key,
                timeout == null ? base.timeout() : Durations.parse("--timeout", timeout),
                output == null ? base.format() : Format.parse(output),
                base.debug() || given(parsed, "--debug"));
    }

    /** Environment over defaults. */
    static Settings defaults(Console console) {
        String pd = first(console, "PDCTL_PD", "PD_ADDR");
        String timeout = first(console, "PDCTL_TIMEOUT");
        String output = first(console, "PDCTL_OUTPUT");
        return new Settings(
                pd.isEmpty() ? Settings.DEFAULT_ENDPOINTS : Endpoint.parseList(pd),
                first(console, "PDCTL_CACERT", "CA_PATH"),
                first(console, "PDCTL_CERT", "CERT_PATH"),
                first(console, "PDCTL_KEY", "KEY_PATH"),
                timeout.isEmpty()
                        ? Settings.DEFAULT_TIMEOUT
                        : Durations.parse("PDCTL_TIMEOUT", timeout),
                output.isEmpty() ? null : Format.parse(output),
                false);
    }

    private static String first(Console console, String... names) {
        for (String name : names) {
            String value = console.env(name);
            if (!value.isEmpty()) {
                return value;
            }
        }
        return "";
    }

    /** The value given last, at whichever word of the command; {@code null} when absent. */
    static String last(ParseResult root, String name) {
        String value = null;
        for (ParseResult level = root; level != null; level = level.subcommand()) {
            if (level.hasMatchedOption(name)) {
                List<String> values = level.matchedOption(name).stringValues();
                value = values.get(values.size() - 1);
            }
        }
        return value;
    }

    static boolean given(ParseResult root, String name) {
        for (ParseResult level = root; level != null; level = level.subcommand()) {
            if (level.hasMatchedOption(name)) {
                return true;
            }
        }
        return false;
    }
}
