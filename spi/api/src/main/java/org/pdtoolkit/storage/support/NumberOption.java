package org.pdtoolkit.storage.support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageOption;

/**
 * A configuration key whose value is a whole number.
 *
 * @param meaning one sentence without its full stop, unit included
 * @param min smallest allowed value
 * @param max largest allowed value
 */
public record NumberOption(String name, long defaultValue, long min, long max, String meaning) {
    /** The key as a provider declares it. */
    public StorageOption declared() {
        return new StorageOption(
                name, Long.toString(defaultValue), meaning + ", " + min + " to " + max + ".");
    }

    /**
     * The value of each known option, in their order.
     *
     * <p>Errors: {@link StorageException.Incompatible} that names every problem at once.
     *
     * @param texts what the operator set; what is missing has its default
     */
    public static long[] read(String backend, List<NumberOption> known, Map<String, String> texts) {
        List<String> problems = new ArrayList<>();
        TreeMap<String, String> left = new TreeMap<>(texts);
        long[] values =
                known.stream().mapToLong(o -> o.value(left.remove(o.name()), problems)).toArray();
        for (String name : left.keySet()) {
            problems.add("unknown option \"" + name + "\"");
        }
        if (!problems.isEmpty()) {
            throw new StorageException.Incompatible(
                    "storage \""
                            + backend
                            + "\": "
                            + String.join("; ", problems)
                            + "; options are "
                            + String.join(", ", known.stream().map(NumberOption::name).toList()));
        }
        return values;
    }

    private long value(String text, List<String> problems) {
        if (text == null) {
            return defaultValue;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, like a number out of bounds
        }
        problems.add(name + " = \"" + text + "\": expected a number " + min + " to " + max);
        return defaultValue;
    }
}
