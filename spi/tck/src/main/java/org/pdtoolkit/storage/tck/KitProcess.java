package org.pdtoolkit.storage.tck;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.pdtoolkit.storage.Batch;
import org.pdtoolkit.storage.Storage;
import org.pdtoolkit.storage.StorageException;
import org.pdtoolkit.storage.StorageProvider;

/** A process that opens a storage, writes a little, says so, and holds it until it is killed. */
final class KitProcess {
    static final String OPEN = "open";
    static final String LOCKED = "locked";

    /** Index of the last entry and of the last commit, both durable. */
    static final int WRITES = 20;

    private KitProcess() {}

    /** Arguments: class of the provider, directory, options as {@code name=value}. */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Constructor<?> constructor = Class.forName(args[0]).getDeclaredConstructor();
        constructor.setAccessible(true);
        StorageProvider provider = (StorageProvider) constructor.newInstance();
        Map<String, String> options = new HashMap<>();
        for (int i = 2; i < args.length; i++) {
            String[] option = args[i].split("=", 2);
            options.put(option[0], option[1]);
        }
        try (Storage storage = provider.open(Path.of(args[1]), options)) {
            write(storage);
            System.out.println(OPEN);
            while (System.in.read() >= 0) {
                storage.log().metadata();
            }
        } catch (StorageException.Locked e) {
            System.out.println(LOCKED);
        }
    }

    private static void write(Storage storage) {
        storage.log().initialize(KitData.METADATA);
        for (long i = 1; i <= WRITES; i++) {
            storage.log().append(KitData.hard(1, 1, i), KitData.entries(i, i + 1, 1));
            storage.ordered().commit(new Batch(), KitData.applied(i, 1));
        }
        storage.ordered().sync();
    }
}
