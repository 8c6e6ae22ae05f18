package org.pdtoolkit.server.observe;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/** Figures of the process and its Java machine, under the names every dashboard knows. */
public final class ProcessMetrics {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final int PAGE_BYTES = 4096;

    private ProcessMetrics() {}

    /** Registers {@code process_*} and {@code jvm_*}. The management classes load here, once. */
    public static void register(MetricRegistry metrics) {
        double startSeconds = ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3;
        metrics.gauge(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
                () -> startSeconds);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
            metrics.counter(
                            "process_cpu_seconds_total",
                            "Total user and system CPU time spent in seconds.",
                            () -> os.getProcessCpuTime() / 1e9)
                    .gauge(
                            "process_open_fds",
                            "Number of open file descriptors.",
                            os::getOpenFileDescriptorCount)
                    .gauge(
                            "process_max_fds",
                            "Maximum number of open file descriptors.",
                            os::getMaxFileDescriptorCount);
        }
        if (Files.isReadable(STATM)) {
            metrics.gauge(
                            "process_virtual_memory_bytes",
                            "Virtual memory size in bytes.",
                            () -> pages(0) * PAGE_BYTES)
                    .gauge(
                            "process_resident_memory_bytes",
                            "Resident memory size in bytes.",
                            () -> pages(1) * PAGE_BYTES);
        }
        java(metrics);
    }

    private static void java(MetricRegistry metrics) {
        memory(metrics, "heap", () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage());
        memory(
                metrics,
                "nonheap",
                () -> ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage());
        metrics.gauge(
                "jvm_threads_current",
                "Threads, daemon threads included.",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            Map<String, String> label = Map.of("gc", gc.getName());
            metrics.counter(
                            "jvm_gc_collection_seconds_count",
                            "Collections of a garbage collector.",
                            label,
                            gc::getCollectionCount)
                    .counter(
                            "jvm_gc_collection_seconds_sum",
                            "Time spent in a garbage collector.",
                            label,
                            () -> gc.getCollectionTime() / 1e3);
        }
    }

    private static void memory(MetricRegistry metrics, String area, Supplier<MemoryUsage> usage) {
        Map<String, String> label = Map.of("area", area);
        metrics.gauge(
                        "jvm_memory_bytes_used",
                        "Memory of an area that is in use.",
                        label,
                        () -> usage.get().getUsed())
                .gauge(
                        "jvm_memory_bytes_max",
                        "Bound of a memory area, -1 without one.",
                        label,
                        () -> usage.get().getMax());
    }

    private static double pages(int column) {
        try {
            String[] cells = Files.readString(STATM, StandardCharsets.US_ASCII).split(" ");
            return Double.parseDouble(cells[column]);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Double.NaN;
        }
    }
}
