package org.pdtoolkit.wire;

/** Versions that the node announces to clients. */
public final class Version {
    /**
     * Version of this product as the {@code version} and {@code status} calls and the member
     * records report it. The leading number is the level of the original whose API is served:
     * clients parse it as a semantic version and switch features on by it.
     */
    public static final String SERVER = "9.0.0-toolkit.1";

    /** The etcd whose API is served; etcd clients gate features on it. */
    public static final String ETCD_SERVER = "3.6.0";

    /** {@link #ETCD_SERVER} with the patch level cleared: what a cluster agrees on. */
    public static final String ETCD_CLUSTER = "3.6.0";

    private Version() {}

    /** What etcd answers to {@code GET /version}, on its client port and on its peer port. */
    public static String etcdJson() {
        return "{\"etcdserver\":\"%1$s\",\"etcdcluster\":\"%2$s\",\"storage\":\"%2$s\"}"
                .formatted(ETCD_SERVER, ETCD_CLUSTER);
    }
}
