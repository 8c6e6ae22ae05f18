package org.pdtoolkit.server.offline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.raft.ConfState;
import org.pdtoolkit.server.runtime.ClusterIdentity;
import org.pdtoolkit.server.runtime.StoredGroup;
import org.pdtoolkit.server.store.ConfStateCodec;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore.SnapshotId;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/**
 * What {@code inspect} shows.
 *
 * @param name the member's own, empty if it has not published one
 * @param members as of the applied state, with what part each has
 * @param notes what could not be understood, and why
 */
record Inspection(
        SourceDirectory source,
        Optional<ClusterIdentity> identity,
        String name,
        Log log,
        AppliedState applied,
        List<Part> members,
        Bytes bytes,
        Content content) {

    /** The log's bounds; the terms are those of the first and the last entry, 0 without one. */
    record Log(
            HardState hard,
            long baseIndex,
            long baseTerm,
            long firstIndex,
            long lastIndex,
            long firstTerm,
            long lastTerm) {
        long entries() {
            return lastIndex - baseIndex;
        }

        static Log of(LogStore log) {
            long first = log.firstIndex();
            long last = log.lastIndex();
            boolean some = last >= first;
            return new Log(
                    log.hardState(),
                    first - 1,
                    log.term(first - 1),
                    first,
                    last,
                    some ? log.term(first) : 0,
                    some ? log.term(last) : 0);
        }
    }

    /**
     * A member and its part in the Raft group.
     *
     * @param role voter, learner, or outgoing for one that is about to leave
     */
    record Part(Member member, String role) {}

    /** Sizes on disk: of the state's live pairs, of all its bytes, and of the whole directory. */
    record Bytes(long stateLive, long stateTotal, long directory) {}

    /** The pairs by space, the latest snapshot, and what could not be understood. */
    record Content(Map<Space, Tally> spaces, Optional<SnapshotId> snapshot, List<String> notes) {}

    static Inspection of(SourceDirectory source) throws IOException {
        Storage storage = source.storage();
        List<String> notes = new ArrayList<>();
        Optional<ClusterIdentity> identity =
                understood(() -> StoredGroup.identity(storage.log()), Optional.empty(), notes);
        Map<Space, Tally> spaces = new EnumMap<>(Space.class);
        List<Member> members;
        AppliedState applied;
        try (OrderedStore.View view = storage.ordered().view()) {
            applied = view.applied();
            members = understood(() -> StoredGroup.members(view), List.of(), notes);
            for (Space space : Space.values()) {
                Tally tally = new Tally();
                Iterator<OrderedStore.Pair> pairs = view.scan(space, null, null);
                pairs.forEachRemaining(tally::add);
                spaces.put(space, tally);
            }
        }
        ConfState group =
                understood(
                        () -> ConfStateCodec.decode(applied.confState()), ConfState.EMPTY, notes);
        OrderedStore.Usage usage = storage.ordered().usage();
        String name =
                members.stream()
                        .filter(m -> identity.isPresent() && m.id() == identity.get().memberId())
                        .map(Member::name)
                        .findFirst()
                        .orElse("");
        return new Inspection(
                source,
                identity,
                name,
                Log.of(storage.log()),
                applied,
                parts(members, group),
                new Bytes(usage.liveBytes(), usage.totalBytes(), sizeOf(source.path())),
                new Content(spaces, storage.snapshots().latest(), notes));
    }

    private static <T> T understood(Supplier<T> reading, T otherwise, List<String> notes) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            notes.add(e.getMessage());
            return otherwise;
        }
    }

    /** A member of the group that has no record yet is shown by its id alone. */
    private static List<Part> parts(List<Member> members, ConfState group) {
        List<Part> parts = new ArrayList<>();
        for (Member member : members) {
            parts.add(new Part(member, role(member.id(), group)));
        }
        Stream.of(group.voters(), group.votersOutgoing(), group.learners())
                .flatMap(List::stream)
                .distinct()
                .filter(id -> members.stream().noneMatch(m -> m.id() == id))
                .map(id -> new Member(id, "", List.of(), List.of(), false))
                .forEach(member -> parts.add(new Part(member, role(member.id(), group))));
        return parts;
    }

    private static String role(long id, ConfState group) {
        if (group.voters().contains(id)) {
            return "voter";
        }
        if (group.learners().contains(id) || group.learnersNext().contains(id)) {
            return "learner";
        }
        return group.votersOutgoing().contains(id) ? "outgoing" : "none";
    }

    private static long sizeOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
