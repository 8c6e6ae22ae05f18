/**
 * A whole cluster in one thread: real nodes on a simulated network, disk and clock, decided by one
 * seed and exactly repeatable.
 *
 * <p>Start reading at {@link org.pdtoolkit.tests.sim.SimulationTest}, then {@code Simulation}: what
 * happens to the cluster, {@code Node}: what is real and what is not, {@code Invariants}: what must
 * hold.
 */
package org.pdtoolkit.tests.sim;
