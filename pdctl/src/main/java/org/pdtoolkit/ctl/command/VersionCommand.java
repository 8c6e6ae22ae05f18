package org.pdtoolkit.ctl.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.pdtoolkit.ctl.render.View;

/** {@code version} and {@code -V}: which pdctl this is. */
final class VersionCommand {
    private VersionCommand() {}

    static Node node() {
        return Node.command("version", "Shows version and build of pdctl.", VersionCommand::show)
                .example("pdctl version");
    }

    static void show(Invocation call) {
        Properties build = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("/pdctl-build.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("release_version", build.getProperty("version"));
        tree.put("edition", "Community");
        tree.put("kernel_type", "Classic");
        tree.put("git_hash", build.getProperty("git.hash"));
        tree.put("git_branch", build.getProperty("git.branch"));
        tree.put("build_time", build.getProperty("time"));
        call.show(
                new View() {
                    @Override
                    public String raw() {
                        return "Release Version: "
                                + tree.get("release_version")
                                + "\nEdition: "
                                + tree.get("edition")
                                + "\nKernel Type: "
                                + tree.get("kernel_type")
                                + "\nGit Commit Hash: "
                                + tree.get("git_hash")
                                + "\nGit Branch: "
                                + tree.get("git_branch")
                                + "\nUTC Build Time:  "
                                + tree.get("build_time")
                                + "\n";
                    }

                    @Override
                    public Object tree() {
                        return tree;
                    }
                });
    }
}
