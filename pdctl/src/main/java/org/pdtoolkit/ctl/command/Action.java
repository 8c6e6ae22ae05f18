package org.pdtoolkit.ctl.command;

/** What a command does; failures are thrown as {@link org.pdtoolkit.ctl.client.CtlException}. */
interface Action {
    void run(Invocation call);
}
