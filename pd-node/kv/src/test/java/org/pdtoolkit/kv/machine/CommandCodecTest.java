package org.pdtoolkit.kv.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pdtoolkit.bytes.Bytes;
import org.pdtoolkit.kv.Alarm;
import org.pdtoolkit.kv.AuthChange;
import org.pdtoolkit.kv.Caller;
import org.pdtoolkit.kv.Compare;
import org.pdtoolkit.kv.KeyRange;
import org.pdtoolkit.kv.Op;
import org.pdtoolkit.kv.Permission;
import org.pdtoolkit.kv.txn.OpCheck;

class CommandCodecTest {
    @Test
    void randomCommandsComeBackAsTheyWere() {
        for (int seed = 0; seed < 2000; seed++) {
            RandomOps ops = new RandomOps(new Random(seed));
            for (Command command :
                    List.of(
                            ops.command(1L << (seed % 62)),
                            new Command.Write(ops.txn(1000, 4)),
                            new Command.LeaseGrant(Long.MIN_VALUE + seed, Long.MAX_VALUE - seed),
                            new Command.Compact(-seed))) {
                assertEquals(command, Command.decode(command.encode()));
            }
        }
    }

    private static List<Command> authCommands() {
        KeyRange range = new KeyRange(Bytes.utf8("a"), Bytes.utf8("b"));
        Command root = new Command.Auth(new AuthChange.UserDelete("root"));
        List<Command> commands = new ArrayList<>();
        for (AuthChange change :
                List.of(
                        new AuthChange.Enable(),
                        new AuthChange.Disable(),
                        new AuthChange.Login("u", 1L << 40, "prefix"),
                        new AuthChange.UserAdd("\u00fc", "$2a$10$x", true),
                        new AuthChange.UserPassword("", ""),
                        new AuthChange.UserGrantRole("u", "r"),
                        new AuthChange.UserRevokeRole("u", "r"),
                        new AuthChange.RoleAdd("x".repeat(10_000)),
                        new AuthChange.RoleDelete("r"),
                        new AuthChange.RoleRevoke("r", range))) {
            commands.add(new Command.Auth(change));
        }
        for (Permission.Access access : Permission.Access.values()) {
            Permission permission = new Permission(range, access);
            commands.add(new Command.Auth(new AuthChange.RoleGrant("r", permission)));
        }
        for (Alarm.Type type : Alarm.Type.values()) {
            commands.add(new Command.AlarmSet(new Alarm(-1, type, true)));
            commands.add(new Command.AlarmClear(Long.MIN_VALUE, type, false));
        }
        commands.add(root);
        commands.add(new Command.OnBehalf(Caller.ANONYMOUS, root));
        commands.add(new Command.OnBehalf(new Caller("u", 9), new Command.Compact(3)));
        return commands;
    }

    @Test
    void commandsOfUsersAndAlarmsComeBackAndDoNotWhenCut() {
        for (Command command : authCommands()) {
            byte[] whole = command.encode().toArray();
            assertEquals(command, Command.decode(Bytes.wrap(whole)));
            for (int size = Math.max(0, whole.length - 100); size < whole.length; size++) {
                Bytes cut = Bytes.copyOf(whole, 0, size);
                assertThrows(IllegalArgumentException.class, () -> Command.decode(cut));
            }
            decodeOrRefuse(Bytes.wrap(whole).concat(Bytes.utf8("x")).toArray());
        }
    }

    @Test
    void everyTruncationIsRefused() {
        for (int seed = 0; seed < 300; seed++) {
            byte[] whole = new RandomOps(new Random(seed)).command(100).encode().toArray();
            for (int size = 0; size < whole.length; size++) {
                Bytes cut = Bytes.copyOf(whole, 0, size);
                assertThrows(IllegalArgumentException.class, () -> Command.decode(cut));
            }
        }
    }

    @Test
    void damageIsRefusedOrReadsAsAnotherCommandButNeverFailsOtherwise() {
        Random random = new Random(42);
        for (int seed = 0; seed < 3000; seed++) {
            byte[] bytes = new RandomOps(new Random(seed)).command(100).encode().toArray();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            decodeOrRefuse(bytes);
        }
    }

    @Test
    void garbageIsRefusedOrReadsAsACommandButNeverFailsOtherwise() {
        Random random = new Random(7);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = 1;
                bytes[1] = (byte) (1 + random.nextInt(Command.Kind.values().length));
            }
            decodeOrRefuse(bytes);
        }
    }

    private static void decodeOrRefuse(byte[] bytes) {
        Command command;
        try {
            command = Command.decode(Bytes.copyOf(bytes));
        } catch (IllegalArgumentException e) {
            return;
        }
        assertEquals(command, Command.decode(command.encode()));
    }

    @ParameterizedTest
    @CsvSource(
            useHeadersInDisplayName = true,
            delimiter = '|',
            textBlock =
                    """
            WHAT                                     | HEX
            another format                           | 020400
            another kind                             | 010500
            lease id 0                               | 01020004
            a range alone                            | 0101010161000000000000000000000000
            an operation that is none                | 010105
            a key of 2^62 bytes                      | 010102808080808080808040
            2^31 comparisons                         | 0101048080808008
            more operations than bytes               | 0101040005020161
            a sort order that is none                | 010104000101016100000000030000000000000000
            a flag that is none                      | 0101020161000008
            a number over 64 bits                    | 0104ffffffffffffffffff02
            a byte too many                          | 01040200
            """)
    void nonsenseIsRefused(String what, String hex) {
        assertThrows(
                IllegalArgumentException.class,
                () -> Command.decode(Bytes.wrap(HexFormat.of().parseHex(hex))),
                what);
    }

    @Test
    void nestingIsBounded() {
        Command.Write deepest = new Command.Write(nested(OpCheck.DEPTH_MAX));
        assertEquals(deepest, Command.decode(deepest.encode()));
        Command.Write deeper = new Command.Write(nested(OpCheck.DEPTH_MAX + 1));
        assertThrows(IllegalArgumentException.class, deeper::encode);

        byte[] endless = new byte[3_000_000];
        // A transaction without comparisons and with one operation, which is such a transaction …
        for (int i = 2; i < endless.length - 2; i += 3) {
            endless[i] = 4;
            endless[i + 2] = 1;
        }
        endless[0] = 1;
        endless[1] = 1;
        assertThrows(IllegalArgumentException.class, () -> Command.decode(Bytes.copyOf(endless)));
    }

    private static Op nested(int depth) {
        Op op = new Op.Txn(List.of(), List.of(), List.of());
        for (int i = 1; i < depth; i++) {
            op = new Op.Txn(List.of(), List.of(op), List.of());
        }
        return op;
    }

    /** The log outlives the program: these bytes must never change their meaning. */
    @Test
    void theFormatIsFrozen() {
        Bytes key = Bytes.utf8("k");
        Command.Write write =
                new Command.Write(
                        new Op.Txn(
                                List.of(
                                        Compare.createRevision(key, 0),
                                        Compare.valueEquals(key, Bytes.utf8("x"))),
                                List.of(
                                        new Op.Put(key, Bytes.utf8("v"), 5, true, false, true),
                                        Op.Delete.of(key)),
                                List.of(Op.Range.of(key).asSerializable())));
        assertEquals(
                "01010402"
                        + "016b0001000000"
                        + "016b000300000178"
                        + "0202016b01760a05"
                        + "03016b0000"
                        + "0101016b0000000000"
                        + "0400000000",
                write.encode().toHex());
        assertEquals("01020e14", new Command.LeaseGrant(7, 10).encode().toHex());
        assertEquals("01030e", new Command.LeaseRevoke(7).encode().toHex());
        assertEquals("0104c801", new Command.Compact(100).encode().toHex());
    }
}
