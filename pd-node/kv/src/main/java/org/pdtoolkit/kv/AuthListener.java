package org.pdtoolkit.kv;

/** Hears of users and logins, in the order of the log. Thread: apply; must not block. */
public interface AuthListener {
    AuthListener NONE =
            new AuthListener() {
                @Override
                public void onChanged(AuthChange change, AuthControl.Changed changed) {}

                @Override
                public void onReplaced() {}
            };

    /** A change was applied. */
    void onChanged(AuthChange change, AuthControl.Changed changed);

    /** A snapshot took the place of everything; there may have been any changes. */
    void onReplaced();
}
