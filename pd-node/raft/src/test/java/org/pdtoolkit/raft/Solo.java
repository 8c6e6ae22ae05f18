package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** One node whose peers are played by the test. */
final class Solo {
    final MemoryStorage storage = new MemoryStorage();
    final List<ReadState> reads = new ArrayList<>();
    final List<Entry> applied = new ArrayList<>();
    final List<RaftEvent> events = new ArrayList<>();
    RaftNode node;

    /** A fresh voter 1 of voters 1..size, log empty, term 0. */
    static Solo of(int size) {
        return of(size, options -> options);
    }

    static Solo of(int size, UnaryOperator<RaftConfig.Builder> options) {
        return new Solo().voters(size).start(1, options);
    }

    /** The membership, without any log. */
    Solo voters(int size) {
        List<Long> ids = new ArrayList<>();
        for (long id = 1; id <= size; id++) {
            ids.add(id);
        }
        return members(ConfState.ofVoters(ids));
    }

    Solo members(ConfState confState) {
        storage.applySnapshot(new Snapshot(0, 0, confState, new byte[0]));
        return this;
    }

    /** Entries 1, 2, ... with these terms. */
    Solo log(long... terms) {
        storage.append(entries(1, terms));
        return this;
    }

    Solo state(long term, long vote, long commit) {
        storage.setHardState(new HardState(term, vote, commit));
        return this;
    }

    Solo start(long id, UnaryOperator<RaftConfig.Builder> options) {
        node =
                new RaftNode(
                        options.apply(
                                        RaftConfig.builder(id, storage)
                                                .maxBytesPerMessage(RaftConfig.NO_LIMIT)
                                                .preVote(false)
                                                .checkQuorum(false)
                                                .verify(true))
                                .build());
        return this;
    }

    /** Voter 1 of three without limits, whatever was prepared. */
    Solo start() {
        return start(1, options -> options);
    }

    /** Entries from {@code first} on with these terms and no data. */
    static List<Entry> entries(long first, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(new Entry(terms[i], first + i, EntryType.NORMAL, new byte[0]));
        }
        return entries;
    }

    /** Handles everything that is ready; returns what was sent. */
    List<Message> drain() {
        List<Message> sent = new ArrayList<>();
        while (node.hasReady()) {
            Ready ready = node.ready();
            if (!ready.hardState().isEmpty()) {
                storage.setHardState(ready.hardState());
            }
            if (!ready.snapshot().isEmpty()) {
                storage.applySnapshot(ready.snapshot());
            }
            storage.append(ready.entries());
            applied.addAll(ready.committedEntries());
            for (Entry entry : ready.committedEntries()) {
                if (entry.type() != EntryType.NORMAL) {
                    node.applyConfChange(ConfChange.decode(entry));
                }
            }
            reads.addAll(ready.readStates());
            events.addAll(ready.events());
            sent.addAll(ready.messages());
            node.advance();
        }
        return sent;
    }

    /** Campaigns and lets every other voter agree; returns what the new leader sent. */
    List<Message> lead() {
        node.campaign();
        List<Message> requests = drain();
        List<Message> sent = new ArrayList<>();
        for (Message request : requests) {
            if (request.type() == MessageType.VOTE) {
                node.step(
                        Message.builder(MessageType.VOTE_RESP)
                                .from(request.to())
                                .to(node.id())
                                .term(request.term())
                                .build());
                sent.addAll(drain());
            }
        }
        return sent;
    }

    /** Steps a message of {@code from} in the current term of the node. */
    Solo step(Message.Builder message, long from) {
        node.step(message.from(from).to(node.id()).term(node.term()).build());
        return this;
    }

    /** {@code from} acknowledges {@code index}. */
    Solo acknowledge(long from, long index) {
        return step(Message.builder(MessageType.APP_RESP).index(index), from);
    }

    /** Everything of one type that {@code messages} holds. */
    static List<Message> only(MessageType type, List<Message> messages) {
        return messages.stream().filter(message -> message.type() == type).toList();
    }

    /** Terms of the log from index 1 on, as far as it is readable. */
    String terms() {
        StringBuilder text = new StringBuilder();
        RaftLog log = node.raft().log();
        for (long index = log.firstIndex(); index <= log.lastIndex(); index++) {
            text.append(text.length() == 0 ? "" : " ").append(log.term(index));
        }
        return text.toString();
    }

    String progress(long id) {
        return node.raft().tracker().get(id).toString();
    }
}
