package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.pdtoolkit.server.config.ConfigLoader;
import org.pdtoolkit.server.config.LoadResult;
import org.pdtoolkit.server.config.NodeConfig;
import org.pdtoolkit.server.content.ContentEncoder;
import org.pdtoolkit.server.content.ContentSink;
import org.pdtoolkit.server.runtime.FoundedGroup;
import org.pdtoolkit.server.runtime.InitialCluster;
import org.pdtoolkit.server.runtime.NodeStartException;
import org.pdtoolkit.server.store.StorageChoice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Builds the data dir of one member of a new cluster. */
@Command(
        name = "restore",
        description = {
            "Builds the data dir of one member of a new cluster that begins with the keys, leases,"
                    + " users, roles and alarms of a snapshot. It appears when it is complete and"
                    + " read back; an interrupted restore leaves none.",
            "Run it once for each member, with the same FILE, --initial-cluster and"
                    + " --initial-cluster-token, then start all of them with the flags used here."
                    + " The members of the old cluster must not run any more."
        },
        footer = {
            "Example: pd-node snapshot restore backup.db --name pd1 --data-dir"
                    + " /var/lib/pd-node/pd1 --initial-cluster pd1=http://10.0.0.1:2380"
                    + " --advertise-peer-urls http://10.0.0.1:2380"
        })
final class SnapshotRestoreCommand extends LongCommand {
    @Parameters(paramLabel = "FILE", description = "What 'etcdctl snapshot save' has saved.")
    private Path file;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            required = true,
            description = "The data dir to make; it must not exist, or be empty.")
    private Path directory;

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "The member's.")
    private String name;

    @Option(
            names = "--initial-cluster",
            paramLabel = "NAME=URL,...",
            required = true,
            description = "Names and peer URLs of all members of the new cluster.")
    private String cluster;

    @Option(
            names = "--initial-cluster-token",
            paramLabel = "TOKEN",
            description =
                    "Tells clusters with equal URLs apart: choose one that the old cluster did not"
                            + " have.")
    private String token;

    @Option(
            names = {"--advertise-peer-urls", "--initial-advertise-peer-urls"},
            paramLabel = "URL,...",
            required = true,
            description = "Peer URLs of this member, as --initial-cluster has them.")
    private String peerUrls;

    @Option(
            names = "--storage",
            paramLabel = "BACKEND",
            defaultValue = "file",
            description = "The storage of the new data dir: file or h2. Default: file.")
    private String backend;

    @Mixin private BackendOptions options;

    @Option(
            names = "--bump-revision",
            paramLabel = "N",
            description =
                    "Raise the newest revision by so much, so that clients that saw later revisions"
                            + " of the old cluster do not meet theirs again. Needs"
                            + " --mark-compacted.")
    private Long bump;

    @Option(
            names = "--mark-compacted",
            description =
                    "Compact everything up to the raised revision, so that watches end instead of"
                            + " missing changes. Needs --bump-revision.")
    private boolean markCompacted;

    @Option(
            names = "--skip-hash-check",
            description = "Take a file whose digest is wrong or missing.")
    private boolean skipHashCheck;

    @Override
    public Integer call() throws IOException {
        if (markCompacted != (bump != null) || (bump != null && bump < 1)) {
            throw refused("--bump-revision N, N from 1, and --mark-compacted need each other");
        }
        FoundedGroup group = group();
        SnapshotFile snapshot = SnapshotFile.open(file, !skipHashCheck);
        Progress progress = progress();
        try (NewDirectory target =
                NewDirectory.begin(directory, new StorageChoice(backend, options.values()))) {
            target.build(
                    sink -> {
                        ContentEncoder encoder = new ContentEncoder();
                        ContentSink all = ContentSink.all(sink, encoder, progress);
                        snapshot.read(new FoundedContent(all, group, bump == null ? 0 : bump));
                        return encoder.sha256();
                    });
        }
        streams()
                .out()
                .println(
                        directory
                                + ": restored: "
                                + progress.counts()
                                + ", member "
                                + Long.toHexString(group.identity().memberId())
                                + " of cluster "
                                + Long.toHexString(group.identity().clusterId()));
        streams()
                .out()
                .println(
                        "next: restore the other members, then start each: pd-node --name "
                                + name
                                + " --data-dir "
                                + directory
                                + " --storage "
                                + backend
                                + " with the same --initial-cluster and token");
        return ExitCode.OK.number();
    }

    /** The flags mean what they mean at the start of a node, and are checked as there. */
    private FoundedGroup group() {
        List<String> flags = new ArrayList<>();
        flags.add("--name=" + name);
        flags.add("--initial-cluster=" + cluster);
        if (token != null) {
            flags.add("--initial-cluster-token=" + token);
        }
        flags.add("--advertise-peer-urls=" + peerUrls);
        LoadResult loaded = ConfigLoader.load(flags.toArray(String[]::new), Map.of());
        if (loaded instanceof LoadResult.Exit problems) {
            throw refused(
                    problems.stderrText()
                            .lines()
                            .filter(line -> line.startsWith("  "))
                            .map(String::strip)
                            .collect(Collectors.joining("; ")));
        }
        NodeConfig config = ((LoadResult.Start) loaded).config();
        try {
            return FoundedGroup.of(
                    new InitialCluster(config.initialCluster(), config.initialClusterToken()),
                    name);
        } catch (NodeStartException e) {
            throw refused(e.getMessage());
        }
    }
}
