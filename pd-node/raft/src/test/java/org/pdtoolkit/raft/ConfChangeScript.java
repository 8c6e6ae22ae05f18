package org.pdtoolkit.raft;

import java.util.List;
import org.pdtoolkit.raft.ScriptFile.Block;
import org.pdtoolkit.raft.confchange.Changer;
import org.pdtoolkit.raft.confchange.ConfChangeException;
import org.pdtoolkit.raft.tracker.ProgressTracker;

/** Runs the commands of a script on a configuration alone. */
final class ConfChangeScript {
    private ProgressTracker tracker = ProgressTracker.empty();
    private long lastIndex;

    String run(Block block) {
        try {
            tracker = changed(block);
            return tracker.configuration() + "\n" + Describe.progress(tracker);
        } catch (ConfChangeException | IllegalArgumentException e) {
            return e.getMessage() + "\n";
        } finally {
            lastIndex++;
        }
    }

    private ProgressTracker changed(Block block) {
        List<Change> changes = ScriptOperations.parse(block.input());
        ConfChange change = new ConfChange(Transition.AUTO, changes, new byte[0]);
        Changer changer = new Changer(lastIndex, 10, 0);
        return switch (block.command()) {
            case "simple" -> changer.simple(tracker, change.operations());
            case "enter-joint" -> {
                boolean autoLeave = block.has("autoleave") && block.get("autoleave").flag();
                yield changer.enterJoint(tracker, autoLeave, change.operations());
            }
            case "leave-joint" -> {
                if (!changes.isEmpty()) {
                    throw new IllegalArgumentException("this command takes no input");
                }
                yield changer.leaveJoint(tracker);
            }
            default -> throw new IllegalArgumentException("unknown command");
        };
    }
}
