package org.pdtoolkit.storage.tck;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.storage.AppliedState;
import org.pdtoolkit.storage.HardState;
import org.pdtoolkit.storage.LogRecord;
import org.pdtoolkit.storage.LogStore;
import org.pdtoolkit.storage.OrderedStore;
import org.pdtoolkit.storage.SnapshotStore;
import org.pdtoolkit.storage.SnapshotStore.SnapshotId;
import org.pdtoolkit.storage.Space;
import org.pdtoolkit.storage.Storage;

/** Everything a storage answers, to be compared. */
public record Picture(Log log, State state, Snapshots snapshots) {
    record Log(
            Optional<Bytes> metadata,
            HardState hard,
            long first,
            long baseTerm,
            List<LogRecord> entries) {
        static Log of(LogStore log) {
            long first = log.firstIndex();
            List<LogRecord> entries = log.read(first, log.lastIndex() + 1, Long.MAX_VALUE);
            for (LogRecord entry : entries) {
                if (log.term(entry.index()) != entry.term()) {
                    throw new AssertionError("term of " + entry + ": " + log.term(entry.index()));
                }
            }
            return new Log(log.metadata(), log.hardState(), first, log.term(first - 1), entries);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("log from " + first + " after term " + baseTerm);
            text.append(", ").append(hard).append(", terms");
            entries.forEach(entry -> text.append(' ').append(entry.term()));
            return text.toString();
        }
    }

    record State(AppliedState applied, List<List<OrderedStore.Pair>> spaces) {
        static State of(OrderedStore store) {
            try (OrderedStore.View view = store.view()) {
                List<List<OrderedStore.Pair>> spaces = new ArrayList<>();
                for (Space space : Space.values()) {
                    spaces.add(KitData.list(view.scan(space, null, null)));
                }
                return new State(view.applied(), spaces);
            }
        }

        @Override
        public String toString() {
            return applied + ", pairs " + spaces.stream().map(List::size).toList();
        }
    }

    record Snapshots(Optional<SnapshotId> latest, Bytes content) {
        static Snapshots of(SnapshotStore store) {
            Optional<SnapshotId> latest = store.latest();
            if (latest.isEmpty()) {
                return new Snapshots(latest, Bytes.EMPTY);
            }
            try (InputStream in = store.read(latest.get())) {
                return new Snapshots(latest, Bytes.wrap(in.readAllBytes()));
            } catch (IOException e) {
                throw new AssertionError("snapshot " + latest.get() + " is not readable", e);
            }
        }

        @Override
        public String toString() {
            return latest.toString();
        }
    }

    public static Picture of(Storage storage) {
        return new Picture(
                Log.of(storage.log()),
                State.of(storage.ordered()),
                Snapshots.of(storage.snapshots()));
    }
}
