package org.pdtoolkit.storage.tck.disk;

import java.util.Map;
import java.util.Random;
import org.pdtoolkit.storage.tck.disk.SimulatedDisk.Survivors;

/** What a name of a directory stands for. Thread: guarded by the disk. */
sealed interface DiskNode permits DiskFile, DiskDirectory {
    /** Makes everything so far durable: of a file its content, of a directory its names. */
    void force();

    /** The same with its pending changes; {@code copies} has what was copied already. */
    DiskNode copy(Map<DiskNode, DiskNode> copies);

    /** A node with what a loss of power leaves of this one, all of it durable. */
    DiskNode surviving(Survivors survivors, Random random);
}
