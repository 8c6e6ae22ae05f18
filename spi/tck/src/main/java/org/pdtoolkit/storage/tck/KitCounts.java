package org.pdtoolkit.storage.tck;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one run of the kit did, for its summary line. Thread: safe; one test class at a time. */
final class KitCounts {
    private static final Pattern RULE = Pattern.compile("(?:PRV|STO|LOG|ORD|SNP)_\\d\\d");

    /** Tests that ran to their end, parameters counted one by one. */
    static final AtomicLong TESTS = new AtomicLong();

    /** Steps of a disk at which the power went, a step failed or the room ended. */
    static final AtomicLong FAULTS = new AtomicLong();

    /** Storages opened on simulated disks. */
    static final AtomicLong OPENS = new AtomicLong();

    /** Bits flipped. */
    static final AtomicLong FLIPS = new AtomicLong();

    /** Files cut short. */
    static final AtomicLong TRUNCATIONS = new AtomicLong();

    private static final AtomicLong[] ALL = {TESTS, FAULTS, OPENS, FLIPS, TRUNCATIONS};

    private KitCounts() {}

    static void reset() {
        for (AtomicLong count : ALL) {
            count.set(0);
        }
    }

    /** Rules named by the kit's methods, as {@code STO-01}. */
    static Set<String> rules() {
        Set<String> rules = new TreeSet<>();
        for (Method method : StorageKit.class.getMethods()) {
            rules.addAll(rulesOf(method));
        }
        return rules;
    }

    /** The rules that a test is named by. */
    static Set<String> rulesOf(Method method) {
        Set<String> rules = new TreeSet<>();
        Matcher matcher = RULE.matcher(method.getName());
        while (matcher.find()) {
            rules.add(matcher.group().replace('_', '-'));
        }
        return rules;
    }

    static String summary(String subject) {
        return "storage kit, "
                + subject
                + ": "
                + rules().size()
                + " rules, "
                + TESTS
                + " tests, "
                + FAULTS
                + " fault points, "
                + OPENS
                + " opens, "
                + FLIPS
                + " flips, "
                + TRUNCATIONS
                + " truncations";
    }
}
