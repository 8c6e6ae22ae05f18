/**
 * The replicated state machine: commands in, outcomes out, everything durable through one batch per
 * command.
 *
 * <p>Deterministic: the outcome of a command and what it leaves in the store follow from the
 * commands before it. No clock, thread, file or randomness of its own.
 *
 * <p>Concurrency. One apply thread calls the methods marked so; reads and watches come from any
 * thread, see immutable states and take no lock (see {@code mvcc}). The lease table and the watch
 * registry have a monitor each, with short sections.
 *
 * <p>Start with {@link org.pdtoolkit.kv.machine.KvMachine}. May import every package of {@code kv}
 * and the storage SPI.
 */
package org.pdtoolkit.kv.machine;
