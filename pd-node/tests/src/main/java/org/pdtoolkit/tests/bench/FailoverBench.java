package org.pdtoolkit.tests.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.pdtoolkit.tests.check.TsoHistory;
import org.pdtoolkit.tests.process.KvWriter;
import org.pdtoolkit.tests.process.LocalCluster;
import org.pdtoolkit.tests.process.NodeProcess;
import org.pdtoolkit.tests.process.TsoClient;

/**
 * Kills the leader of a cluster under load again and again, then moves it by request, and tells for
 * how long there was no timestamp, whether timestamps stayed unique and ordered, and whether an
 * acknowledged write was lost.
 */
public final class FailoverBench {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * What was measured.
     *
     * @param killGapMillis longest time without a timestamp around each kill
     * @param transferGapMillis the same around each planned transfer
     */
    public record Result(
            double[] killGapMillis,
            double[] transferGapMillis,
            long timestampCalls,
            List<String> violations,
            int writesAcknowledged,
            List<Integer> writesLost) {

        public boolean holds() {
            return violations.isEmpty() && writesLost.isEmpty();
        }

        String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"kills\":%d,\"kill_gap_ms\":%s,\"transfers\":%d,\"transfer_gap_ms\":%s,"
                            + "\"timestamp_calls\":%d,\"violations\":%d,\"writes_acknowledged\":%d,"
                            + "\"writes_lost\":%d}",
                    killGapMillis.length,
                    figures(killGapMillis),
                    transferGapMillis.length,
                    figures(transferGapMillis),
                    timestampCalls,
                    violations.size(),
                    writesAcknowledged,
                    writesLost.size());
        }

        private static String figures(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            if (sorted.length == 0) {
                return "null";
            }
            return String.format(
                    Locale.ROOT,
                    "{\"min\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"max\":%.1f}",
                    sorted[0],
                    sorted[(sorted.length - 1) / 2],
                    sorted[(int) Math.ceil(0.9 * sorted.length) - 1],
                    sorted[sorted.length - 1]);
        }
    }

    private final LocalCluster cluster;
    private final List<TsoClient> clients = new ArrayList<>();

    private FailoverBench(LocalCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Runs it on a fresh cluster.
     *
     * @param storages storage backend of each member
     */
    public static Result run(List<String> storages, Path directory, int kills, int transfers) {
        try (LocalCluster cluster = new LocalCluster(storages, directory, List.of())) {
            cluster.start();
            cluster.awaitLeader(PATIENCE);
            return new FailoverBench(cluster).measure(kills, transfers);
        }
    }

    private Result measure(int kills, int transfers) {
        KvWriter writer = new KvWriter(cluster.endpoints()).start();
        double[] killGaps = new double[kills];
        double[] transferGaps = new double[transfers];
        try {
            for (int i = 0; i < 2; i++) {
                clients.add(new TsoClient(cluster.endpoints(), i).start());
            }
            awaitTimestamps(1_000);
            List<long[]> killSpans = new ArrayList<>();
            for (int i = 0; i < kills; i++) {
                killSpans.add(killLeader(i));
            }
            List<long[]> transferSpans = new ArrayList<>();
            for (int i = 0; i < transfers; i++) {
                transferSpans.add(transferLeader(i));
            }
            stop(writer);
            fill(killGaps, killSpans);
            fill(transferGaps, transferSpans);
            List<TsoHistory> histories = clients.stream().map(TsoClient::history).toList();
            return new Result(
                    killGaps,
                    transferGaps,
                    histories.stream().mapToLong(TsoHistory::size).sum(),
                    TsoHistory.violations(histories),
                    writer.acknowledged(),
                    writer.lost());
        } finally {
            stop(writer);
        }
    }

    private void stop(KvWriter writer) {
        clients.forEach(TsoClient::close);
        writer.close();
    }

    private void fill(double[] gaps, List<long[]> spans) {
        for (int i = 0; i < gaps.length; i++) {
            long[] span = spans.get(i);
            long gap = 0;
            for (TsoClient client : clients) {
                gap = Math.max(gap, client.history().longestGapNanos(span[0], span[1]));
            }
            gaps[i] = gap / 1e6;
        }
    }

    private long[] killLeader(int round) {
        NodeProcess leader = cluster.node(cluster.awaitLeader(PATIENCE));
        long from = System.nanoTime();
        leader.kill();
        awaitTimestamps(200);
        long until = System.nanoTime();
        leader.start();
        cluster.awaitLeader(PATIENCE);
        String url = cluster.clientUrl(leader.name());
        LocalCluster.await(
                leader.name() + " back in the cluster",
                PATIENCE,
                () -> cluster.endpoints().members(url).map(m -> m.hasLeader()).orElse(false));
        awaitTimestamps(200);
        progress("kill", round, from, until);
        return new long[] {from, until};
    }

    private long[] transferLeader(int round) {
        String leader = cluster.awaitLeader(PATIENCE);
        int from = cluster.nodes().indexOf(cluster.node(leader));
        String target = cluster.nodes().get((from + 1) % cluster.nodes().size()).name();
        long begun = System.nanoTime();
        // Refused while the target, just restarted, has not answered its leader yet.
        LocalCluster.await(
                "an accepted transfer to " + target,
                PATIENCE,
                () -> post(cluster.clientUrl(leader) + "/pd/api/v1/leader/transfer/" + target));
        LocalCluster.await(
                "transfer to " + target,
                PATIENCE,
                () -> cluster.leader().filter(target::equals).isPresent());
        awaitTimestamps(200);
        long until = System.nanoTime();
        progress("transfer", round, begun, until);
        return new long[] {begun, until};
    }

    private static void progress(String what, int round, long from, long until) {
        System.err.printf(
                Locale.ROOT,
                "%s %d: settled after %d ms%n",
                what,
                round + 1,
                (until - from) / 1_000_000);
    }

    private static boolean post(String url) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setRequestMethod("POST");
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            throw new IllegalStateException(url + ": " + e, e);
        }
    }

    /** Waits until every client has that many more answers. */
    private void awaitTimestamps(int count) {
        int[] goals = clients.stream().mapToInt(c -> c.answered() + count).toArray();
        LocalCluster.await(
                "timestamps",
                PATIENCE,
                () -> {
                    for (int i = 0; i < goals.length; i++) {
                        if (clients.get(i).answered() < goals[i]) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /**
     * Prints one JSON line; exit code 1 when a promise was broken.
     *
     * <p>Arguments: number of kills (20), number of transfers (10), storage backend of each member
     * (file,file,file).
     */
    public static void main(String[] arguments) throws IOException {
        int kills = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
        int transfers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        Path directory = Files.createTempDirectory("pd-failover");
        String storages = arguments.length > 2 ? arguments[2] : "file,file,file";
        Result result = run(List.of(storages.split(",")), directory, kills, transfers);
        System.out.println(result.json());
        result.violations().forEach(System.err::println);
        if (!result.holds()) {
            System.err.println("logs and data: " + directory);
            System.exit(1);
        }
    }
}
