package org.pdtoolkit.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.pdtoolkit.raft.ScriptFile.Argument;
import org.pdtoolkit.raft.ScriptFile.Block;

/** Runs the commands of a script on a group of nodes and returns what they print. */
final class RaftScript {
    private enum Threshold {
        DEBUG,
        INFO,
        WARN,
        ERROR,
        FATAL,
        NONE
    }

    /** An error that belongs to the expected output. */
    private static final class ScriptError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ScriptError(String message) {
            super(message);
        }
    }

    private record Recipient(long id, boolean drop) {}

    private final List<ScriptNode> nodes = new ArrayList<>();
    private final List<Message> messages = new ArrayList<>();
    private StringBuilder out = new StringBuilder();
    private Threshold threshold = Threshold.DEBUG;

    String run(Block block) {
        out = new StringBuilder();
        try {
            dispatch(block);
        } catch (ScriptError | RaftException | RaftStorageException e) {
            if (threshold == Threshold.NONE) {
                return e.getMessage();
            }
            out.append(e.getMessage());
        }
        return out.length() == 0 ? "ok" : out.toString();
    }

    private void dispatch(Block block) {
        switch (block.command()) {
            case "_breakpoint" -> {
                // A place to stop a debugger.
            }
            case "add-nodes" -> addNodes(block);
            case "campaign" -> onFirst(block, RaftNode::campaign);
            case "compact" -> compact(block);
            case "deliver-msgs" -> deliverCommand(block);
            case "forget-leader" -> onFirst(block, RaftNode::forgetLeader);
            case "log-level" -> threshold = threshold(block.arguments().get(0).key());
            case "process-append-thread" ->
                    forEach(block, "processing append thread", this::append);
            case "process-apply-thread" -> forEach(block, "processing apply thread", this::apply);
            case "process-ready" -> forEach(block, "handling Ready", this::processReady);
            case "propose" -> propose(block);
            case "propose-conf-change" -> proposeConfChange(block);
            case "raft-log" -> raftLog(block.nodes().get(0));
            case "raft-state" -> raftState();
            case "report-unreachable" -> reportUnreachable(block);
            case "send-snapshot" -> sendSnapshot(block);
            case "set-randomized-election-timeout" ->
                    core(block.nodes().get(0))
                            .raft()
                            .setRandomizedElectionTicks((int) block.get("timeout").number());
            case "stabilize" -> stabilizeCommand(block);
            case "status" -> status(block.nodes().get(0));
            case "tick-election" -> onFirst(block, node -> tick(node, 3));
            case "tick-heartbeat" -> onFirst(block, node -> tick(node, 1));
            case "transfer-leadership" -> {
                long to = block.get("to").number();
                on(block.get("from").number(), node -> node.transferLeader(to));
            }
            default -> throw new ScriptError("unknown command");
        }
    }

    // ---- nodes

    private interface Action {
        void on(RaftNode node);
    }

    private interface NodeAction {
        void on(long id);
    }

    private ScriptNode node(long id) {
        return nodes.get((int) id - 1);
    }

    private RaftNode core(long id) {
        return node(id).node;
    }

    private void onFirst(Block block, Action action) {
        on(block.nodes().get(0), action);
    }

    /** Calls the core and prints what it logs. */
    private void on(long id, Action action) {
        try {
            action.on(core(id));
        } finally {
            printEvents(core(id));
        }
    }

    private static void tick(RaftNode node, int times) {
        for (int i = 0; i < times; i++) {
            node.tick();
        }
    }

    private void addNodes(Block block) {
        int count = (int) block.arguments().get(0).bareNumber();
        List<Long> voters = ids(block, "voters");
        List<Long> learners = ids(block, "learners");
        long index = block.has("index") ? block.get("index").number() : 0;
        Snapshot snapshot = Snapshot.EMPTY;
        if (index != 0 || !voters.isEmpty() || !learners.isEmpty()) {
            if (index <= 1) {
                throw new ScriptError("index must be specified as > 1 due to bootstrap");
            }
            ConfState confState = new ConfState(voters, List.of(), learners, List.of(), false);
            snapshot = new Snapshot(index, 1, confState, new byte[0]);
        }
        for (int i = 0; i < count; i++) {
            long id = nodes.size() + 1L;
            ScriptNode added = new ScriptNode(snapshot);
            added.node = new RaftNode(config(id, added, index, block));
            nodes.add(added);
            printEvents(added.node);
        }
    }

    private static List<Long> ids(Block block, String key) {
        List<Long> ids = new ArrayList<>();
        if (block.has(key)) {
            for (String value : block.get(key).values()) {
                ids.add(Long.parseUnsignedLong(value));
            }
        }
        return ids;
    }

    private static RaftConfig config(long id, ScriptNode storage, long applied, Block block) {
        RaftConfig.Builder builder =
                RaftConfig.builder(id, storage)
                        .electionTicks(3)
                        .heartbeatTicks(1)
                        .maxBytesPerMessage(RaftConfig.NO_LIMIT)
                        .maxInflightMessages(Integer.MAX_VALUE)
                        .preVote(false)
                        .checkQuorum(false)
                        .verify(true)
                        .applied(applied);
        for (Argument argument : block.arguments().subList(1, block.arguments().size())) {
            switch (argument.key()) {
                case "voters", "learners", "index" -> {
                    // Part of the snapshot.
                }
                case "inflight" -> builder.maxInflightMessages((int) argument.number());
                case "async-storage-writes" -> builder.asyncStorageWrites(argument.flag());
                case "prevote" -> builder.preVote(argument.flag());
                case "checkquorum" -> builder.checkQuorum(argument.flag());
                case "max-committed-size-per-ready" ->
                        builder.maxCommittedBytesPerReady(argument.number());
                case "disable-conf-change-validation" ->
                        builder.disableConfChangeValidation(argument.flag());
                case "step-down-on-removal" -> builder.stepDownOnRemoval(argument.flag());
                case "read-only" ->
                        builder.readOnlyOption(
                                switch (argument.value()) {
                                    case "safe" -> ReadOnlyOption.SAFE;
                                    case "lease-based" -> ReadOnlyOption.LEASE_BASED;
                                    default ->
                                            throw new ScriptError(
                                                    "invalid read-only option \""
                                                            + argument.value()
                                                            + "\"");
                                });
                default -> throw new IllegalArgumentException("add-nodes " + argument.key());
            }
        }
        return builder.build();
    }

    private void compact(Block block) {
        long id = block.arguments().get(0).bareNumber();
        node(id).storage.compact(block.arguments().get(1).bareNumber());
        raftLog(id);
    }

    private void propose(Block block) {
        if (block.arguments().size() != 2) {
            throw new IllegalArgumentException("propose needs node and text");
        }
        byte[] data = block.arguments().get(1).key().getBytes(UTF_8);
        on(block.arguments().get(0).bareNumber(), node -> node.propose(data));
    }

    private void proposeConfChange(Block block) {
        boolean oldForm = false;
        Transition transition = Transition.AUTO;
        for (Argument argument : block.arguments()) {
            if (argument.values().isEmpty()) {
                continue;
            }
            switch (argument.key()) {
                case "v1" -> oldForm = argument.flag();
                case "transition" ->
                        transition =
                                switch (argument.value()) {
                                    case "auto" -> Transition.AUTO;
                                    case "implicit" -> Transition.JOINT_IMPLICIT;
                                    case "explicit" -> Transition.JOINT_EXPLICIT;
                                    default ->
                                            throw new ScriptError(
                                                    "unknown transition " + argument.value());
                                };
                default -> throw new ScriptError("unknown command " + argument.key());
            }
        }
        List<Change> changes = operations(block.input());
        ConfChange change = new ConfChange(transition, changes, new byte[0]);
        if (oldForm && (changes.size() != 1 || transition != Transition.AUTO)) {
            throw new ScriptError("v1 conf change can only have one operation and no transition");
        }
        if (oldForm) {
            Entry entry = new Entry(0, 0, EntryType.CONF_CHANGE, change.encodeOldForm());
            Message proposal = Message.builder(MessageType.PROP).entries(List.of(entry)).build();
            on(block.nodes().get(0), node -> node.step(proposal));
        } else {
            on(block.nodes().get(0), node -> node.proposeConfChange(change));
        }
    }

    private static List<Change> operations(String input) {
        try {
            return ScriptOperations.parse(input);
        } catch (IllegalArgumentException e) {
            throw new ScriptError(e.getMessage());
        }
    }

    private void reportUnreachable(Block block) {
        if (block.nodes().size() != 2) {
            throw new ScriptError(
                    "must specify exactly two node indexes: node on which to report, and reported"
                            + " node");
        }
        on(block.nodes().get(0), node -> node.reportUnreachable(block.nodes().get(1)));
    }

    private void sendSnapshot(Block block) {
        long from = block.nodes().get(0);
        Message message =
                Message.builder(MessageType.SNAP)
                        .from(from)
                        .to(block.nodes().get(1))
                        .term(core(from).term())
                        .snapshot(node(from).lastSnapshot())
                        .build();
        messages.add(message);
        print(Describe.message(message));
    }

    // ---- what a node shows

    private void raftLog(long id) {
        MemoryStorage storage = node(id).storage;
        if (storage.lastIndex() < storage.firstIndex()) {
            print(
                    "log is empty: first index="
                            + storage.firstIndex()
                            + ", last index="
                            + storage.lastIndex());
            return;
        }
        StringBuilder text = new StringBuilder();
        Describe.entries(
                storage.entries(storage.firstIndex(), storage.lastIndex() + 1, RaftConfig.NO_LIMIT),
                text);
        print(text.toString());
    }

    private void raftState() {
        for (ScriptNode each : nodes) {
            RaftNode node = each.node;
            boolean voter = node.raft().tracker().configuration().voters().contains(node.id());
            print(
                    String.format(
                            "%d: %s (%s) Term:%d Lead:%d\n",
                            node.id(),
                            Describe.role(node.role()),
                            voter ? "Voter" : "Non-Voter",
                            node.term(),
                            node.leader()));
        }
    }

    private void status(long id) {
        if (core(id).role() == Role.LEADER) {
            print(Describe.progress(core(id).raft().tracker()));
        }
    }

    // ---- running

    private void forEach(Block block, String header, NodeAction action) {
        List<Long> ids = block.nodes();
        for (long id : ids) {
            if (ids.size() > 1) {
                print("> " + id + " " + header + "\n");
                indented(() -> action.on(id));
            } else {
                action.on(id);
            }
        }
    }

    private void processReady(long id) {
        ScriptNode node = node(id);
        boolean async = node.node.raft().config().asyncStorageWrites();
        Ready ready = node.node.ready();
        print(Describe.ready(ready));
        if (!async) {
            node.persist(ready.hardState(), ready.entries(), ready.snapshot());
            node.apply(ready.committedEntries());
            printEvents(node.node);
        }
        for (Message message : ready.messages()) {
            if (message.to() == Message.APPEND_THREAD) {
                node.appendWork.add(message);
            } else if (message.to() == Message.APPLY_THREAD) {
                node.applyWork.add(message);
            } else {
                messages.add(message);
            }
        }
        if (!async) {
            on(id, RaftNode::advance);
        }
    }

    private void append(long id) {
        ScriptNode node = node(id);
        if (node.appendWork.isEmpty()) {
            print("no append work to perform");
            return;
        }
        Message work = node.appendWork.remove();
        printWork(work);
        node.persist(
                new HardState(work.term(), work.vote(), work.commit()),
                work.entries(),
                work.snapshot());
        answer(work);
    }

    private void apply(long id) {
        ScriptNode node = node(id);
        if (node.applyWork.isEmpty()) {
            print("no apply work to perform");
            return;
        }
        Message work = node.applyWork.remove();
        printWork(work);
        node.apply(work.entries());
        printEvents(node.node);
        answer(work);
    }

    private void printWork(Message work) {
        print("Processing:\n");
        print(Describe.message(work.toBuilder().responses(List.of()).build()) + "\n");
    }

    private void answer(Message work) {
        print("Responses:\n");
        for (Message response : work.responses()) {
            print(Describe.message(response) + "\n");
        }
        messages.addAll(work.responses());
    }

    private void deliverCommand(Block block) {
        List<Recipient> recipients = new ArrayList<>();
        MessageType type = null;
        for (Argument argument : block.arguments()) {
            if (argument.values().isEmpty()) {
                recipients.add(new Recipient(argument.bareNumber(), false));
            } else if (argument.key().equals("type")) {
                type = typeNamed(argument.value());
            } else if (argument.key().equals("drop")) {
                for (String value : argument.values()) {
                    recipients.add(new Recipient(Long.parseUnsignedLong(value), true));
                }
            }
        }
        if (deliver(recipients, type) == 0) {
            print("no messages\n");
        }
    }

    private static MessageType typeNamed(String name) {
        for (MessageType type : MessageType.values()) {
            if (type.toString().equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("unknown message type " + name);
    }

    private int deliver(List<Recipient> recipients, MessageType type) {
        int count = 0;
        for (Recipient recipient : recipients) {
            for (Message message : pull(recipient, type)) {
                count++;
                print((recipient.drop() ? "dropped: " : "") + Describe.message(message) + "\n");
                if (!recipient.drop()) {
                    receive(message);
                }
            }
        }
        return count;
    }

    private void receive(Message message) {
        try {
            on(message.to(), node -> node.step(message));
        } catch (RaftException e) {
            print(e.getMessage() + "\n");
        }
    }

    private List<Message> pull(Recipient recipient, MessageType type) {
        List<Message> pulled = new ArrayList<>();
        Iterator<Message> queue = messages.iterator();
        while (queue.hasNext()) {
            Message message = queue.next();
            boolean local =
                    message.from() == message.to()
                            || Message.isStorageThread(message.from())
                            || Message.isStorageThread(message.to());
            if (message.to() == recipient.id()
                    && (type == null || message.type() == type)
                    && !(recipient.drop() && local)) {
                pulled.add(message);
                queue.remove();
            }
        }
        return pulled;
    }

    private void stabilizeCommand(Block block) {
        Threshold before = threshold;
        if (block.has("log-level")) {
            threshold = threshold(block.get("log-level").value());
        }
        List<Long> ids = block.nodes();
        if (ids.isEmpty()) {
            for (int i = 1; i <= nodes.size(); i++) {
                ids.add((long) i);
            }
        }
        try {
            boolean busy = true;
            while (busy) {
                busy = stabilizeOnce(ids);
            }
        } finally {
            threshold = before;
        }
    }

    private boolean stabilizeOnce(List<Long> ids) {
        boolean busy = false;
        for (long id : ids) {
            if (core(id).hasReady()) {
                busy = step(id, "handling Ready", () -> processReady(id));
            }
        }
        for (long id : ids) {
            if (messages.stream().anyMatch(message -> message.to() == id)) {
                List<Recipient> recipient = List.of(new Recipient(id, false));
                busy = step(id, "receiving messages", () -> deliver(recipient, null));
            }
        }
        for (long id : ids) {
            if (!node(id).appendWork.isEmpty()) {
                busy =
                        step(
                                id,
                                "processing append thread",
                                () -> {
                                    while (!node(id).appendWork.isEmpty()) {
                                        append(id);
                                    }
                                });
            }
        }
        for (long id : ids) {
            if (!node(id).applyWork.isEmpty()) {
                busy =
                        step(
                                id,
                                "processing apply thread",
                                () -> {
                                    while (!node(id).applyWork.isEmpty()) {
                                        apply(id);
                                    }
                                });
            }
        }
        return busy;
    }

    private boolean step(long id, String header, Runnable action) {
        print("> " + id + " " + header + "\n");
        indented(action);
        return true;
    }

    // ---- output

    private Threshold threshold(String name) {
        try {
            return Threshold.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ScriptError(
                    "log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]");
        }
    }

    private void print(String text) {
        if (threshold != Threshold.NONE) {
            out.append(text);
        }
    }

    private void printEvents(RaftNode node) {
        for (RaftEvent event : node.raft().takeEvents()) {
            if (threshold.ordinal() <= event.level().ordinal()) {
                out.append(event.level()).append(' ').append(event.text()).append('\n');
            }
        }
    }

    private void indented(Runnable action) {
        StringBuilder outer = out;
        out = new StringBuilder();
        try {
            action.run();
        } finally {
            StringBuilder inner = out;
            out = outer;
            inner.toString().lines().forEach(line -> out.append("  ").append(line).append('\n'));
        }
    }
}
