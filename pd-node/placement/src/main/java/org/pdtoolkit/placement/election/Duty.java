package org.pdtoolkit.placement.election;

import java.util.function.Consumer;

/**
 * Something the PD leader has to have ready before it serves. Entered in order after the leader key
 * is won, left in reverse order.
 *
 * <p>Thread: owner.
 */
public interface Duty {
    /** For the log. */
    String name();

    /**
     * Gets ready for {@code term} and then calls {@code done} once on the owner thread: with {@code
     * null}, or with the reason why it is not ready. May be left before that.
     */
    void enter(Term term, Consumer<String> done);

    /** Forgets everything that belongs to the term; also called after a failed or pending enter. */
    void leave();
}
