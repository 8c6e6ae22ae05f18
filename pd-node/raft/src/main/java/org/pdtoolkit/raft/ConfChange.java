package org.pdtoolkit.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.pdtoolkit.raft.confchange.ConfigurationDraft;

/**
 * A membership change. Without changes and with transition AUTO it is the request to leave a joint
 * configuration.
 *
 * <p>Encoding: the protobuf form of etcd's {@code ConfChangeV2}, and for entries of type {@link
 * EntryType#CONF_CHANGE} that of {@code ConfChange}, which holds exactly one operation.
 *
 * @param changes done from left to right, all at once
 * @param context for the application; not copied
 */
public record ConfChange(Transition transition, List<Change> changes, byte[] context) {
    /** Leaves a joint configuration. */
    public static final ConfChange LEAVE_JOINT =
            new ConfChange(Transition.AUTO, List.of(), new byte[0]);

    public ConfChange {
        Objects.requireNonNull(transition, "transition");
        Objects.requireNonNull(context, "context");
        changes = List.copyOf(changes);
    }

    /** One operation, done directly. */
    public static ConfChange of(ChangeType type, long nodeId, byte[] context) {
        return new ConfChange(Transition.AUTO, List.of(new Change(type, nodeId)), context);
    }

    /** Whether it asks to leave a joint configuration. */
    public boolean isLeaveJoint() {
        return changes.isEmpty() && transition == Transition.AUTO;
    }

    /** Whether it goes through a joint configuration. */
    public boolean isEnterJoint() {
        return transition != Transition.AUTO || changes.size() > 1;
    }

    /** For an entry of type {@link EntryType#CONF_CHANGE_V2}. Never empty. */
    public byte[] encode() {
        ProtoWriter writer = new ProtoWriter();
        writer.number(1, transition.ordinal());
        for (Change change : changes) {
            ProtoWriter inner = new ProtoWriter();
            inner.number(1, change.type().ordinal());
            inner.number(2, change.nodeId());
            writer.bytes(2, inner.toByteArray());
        }
        if (context.length > 0) {
            writer.bytes(3, context);
        }
        return writer.toByteArray();
    }

    /**
     * For an entry of type {@link EntryType#CONF_CHANGE}.
     *
     * @throws IllegalArgumentException unless it is one operation done directly
     */
    public byte[] encodeOldForm() {
        if (changes.size() != 1 || transition != Transition.AUTO) {
            throw new IllegalArgumentException("the old form holds exactly one operation: " + this);
        }
        ProtoWriter writer = new ProtoWriter();
        writer.number(1, 0);
        writer.number(2, changes.get(0).type().ordinal());
        writer.number(3, changes.get(0).nodeId());
        if (context.length > 0) {
            writer.bytes(4, context);
        }
        return writer.toByteArray();
    }

    /**
     * The change that {@code entry} carries.
     *
     * @throws IllegalArgumentException if it carries none, or bytes that are not one
     */
    public static ConfChange decode(Entry entry) {
        return switch (entry.type()) {
            case NORMAL -> throw new IllegalArgumentException("not a membership change: " + entry);
            case CONF_CHANGE -> decodeOldForm(entry.data());
            case CONF_CHANGE_V2 -> decodeV2(entry.data());
        };
    }

    private static ConfChange decodeOldForm(byte[] data) {
        ProtoReader reader = new ProtoReader(data);
        ChangeType type = ChangeType.ADD_NODE;
        long nodeId = 0;
        byte[] context = {};
        while (reader.next()) {
            switch (reader.field()) {
                case 2 -> type = constant(ChangeType.values(), reader.number());
                case 3 -> nodeId = reader.number();
                case 4 -> context = reader.bytes();
                default -> reader.skip();
            }
        }
        return of(type, nodeId, context);
    }

    private static ConfChange decodeV2(byte[] data) {
        ProtoReader reader = new ProtoReader(data);
        Transition transition = Transition.AUTO;
        List<Change> changes = new ArrayList<>();
        byte[] context = {};
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> transition = constant(Transition.values(), reader.number());
                case 2 -> changes.add(decodeChange(reader.bytes()));
                case 3 -> context = reader.bytes();
                default -> reader.skip();
            }
        }
        return new ConfChange(transition, changes, context);
    }

    private static Change decodeChange(byte[] data) {
        ProtoReader reader = new ProtoReader(data);
        ChangeType type = ChangeType.ADD_NODE;
        long nodeId = 0;
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> type = constant(ChangeType.values(), reader.number());
                case 2 -> nodeId = reader.number();
                default -> reader.skip();
            }
        }
        return new Change(type, nodeId);
    }

    private static <T> T constant(T[] values, long number) {
        if (number < 0 || number >= values.length) {
            throw new IllegalArgumentException("unknown constant " + number);
        }
        return values[(int) number];
    }

    /** The operations as edits of a configuration. */
    Consumer<ConfigurationDraft> operations() {
        return draft -> {
            for (Change change : changes) {
                switch (change.type()) {
                    case ADD_NODE -> draft.addVoter(change.nodeId());
                    case ADD_LEARNER_NODE -> draft.addLearner(change.nodeId());
                    case REMOVE_NODE -> draft.remove(change.nodeId());
                    case UPDATE_NODE -> {
                        // Only the application changes something.
                    }
                }
            }
        };
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof ConfChange)) {
            return false;
        }
        ConfChange that = (ConfChange) other;
        return transition == that.transition
                && changes.equals(that.changes)
                && Arrays.equals(context, that.context);
    }

    @Override
    public int hashCode() {
        return 31 * changes.hashCode() + 7 * transition.ordinal() + Arrays.hashCode(context);
    }

    /** As the original prints it. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("transition:").append(transition.text());
        for (Change change : changes) {
            text.append(" changes:{type:")
                    .append(change.type().text())
                    .append(" node_id:")
                    .append(Long.toUnsignedString(change.nodeId()))
                    .append('}');
        }
        if (context.length > 0) {
            text.append(" context:").append(Texts.quoted(context));
        }
        return text.toString();
    }
}
