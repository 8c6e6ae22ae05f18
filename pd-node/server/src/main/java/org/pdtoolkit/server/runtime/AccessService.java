package org.pdtoolkit.server.runtime;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AlarmControl;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.AuthControl;
import org.pdtoolkit.kv.AuthView;
import org.pdtoolkit.kv.Identity;
import org.pdtoolkit.kv.machine.Command;
import org.pdtoolkit.kv.machine.KvMachine;
import org.pdtoolkit.kv.machine.Outcome;

/** Users, roles and alarms of the cluster, changed through the log. Thread: any. */
final class AccessService {
    private AccessService() {}

    static final class Auth implements AuthControl {
        private final KvService kv;
        private final KvMachine machine;

        Auth(KvService kv, KvMachine machine) {
            this.kv = kv;
            this.machine = machine;
        }

        @Override
        public AuthControl as(Identity client) {
            return new Auth(kv.as(client), machine);
        }

        @Override
        public AuthView local() {
            return machine.auth();
        }

        @Override
        public CompletableFuture<AuthView> current() {
            return kv.barrier().thenApply(done -> machine.auth());
        }

        @Override
        public long storeRevision() {
            return machine.revision();
        }

        @Override
        public CompletableFuture<Changed> change(AuthChange change) {
            return kv.command(new Command.Auth(change))
                    .thenApply(outcome -> ((Outcome.AuthChanged) outcome).changed());
        }
    }

    static final class Alarms implements AlarmControl {
        private final KvService kv;
        private final KvMachine machine;

        Alarms(KvService kv, KvMachine machine) {
            this.kv = kv;
            this.machine = machine;
        }

        @Override
        public AlarmControl as(Identity client) {
            return new Alarms(kv.as(client), machine);
        }

        @Override
        public List<Alarm> local() {
            return machine.alarms();
        }

        @Override
        public CompletableFuture<List<Alarm>> current() {
            return kv.barrier().thenApply(done -> machine.alarms());
        }

        @Override
        public long storeRevision() {
            return machine.revision();
        }

        @Override
        public CompletableFuture<List<Alarm>> activate(long memberId, Alarm.Type type) {
            return change(new Command.AlarmSet(new Alarm(memberId, type, false)));
        }

        @Override
        public CompletableFuture<List<Alarm>> deactivate(long memberId, Alarm.Type type) {
            return change(new Command.AlarmClear(memberId, type, false));
        }

        private CompletableFuture<List<Alarm>> change(Command command) {
            return kv.command(command).thenApply(outcome -> ((Outcome.Alarmed) outcome).alarms());
        }
    }
}
