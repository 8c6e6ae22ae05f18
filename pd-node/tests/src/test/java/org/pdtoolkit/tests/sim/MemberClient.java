package org.pdtoolkit.tests.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.kv.MemberChanges.Changed;
import org.pdtoolkit.server.runtime.ClusterIdentity;
import org.pdtoolkit.server.runtime.ColdStart;
import org.pdtoolkit.tests.sim.Census.Kind;
import org.pdtoolkit.tests.sim.Census.Step;

/** An operator: adds, promotes, moves, replaces and removes members. */
final class MemberClient extends Client {
    private static final int VOTERS_MAX = 7;
    private static final int FLOATING_MAX = 2;
    private static final long START_DELAY_MAX = 3 * World.SECOND;

    /** Starts the node of a member that was added. */
    interface Newcomers {
        Node create(String name, ColdStart.Joining joining);
    }

    /** How an id was made, to make it again. */
    private record Made(long id, List<String> urls, long second) {}

    private final MemberHistory history;
    private final Census census;
    private final Newcomers newcomers;
    private final boolean strict;
    private final List<Made> made = new ArrayList<>();
    private int names;

    /** Name of a member that was removed because its disk was damaged. */
    private String vacancy;

    /** An attempt at the pending step may have left a proposal behind. */
    private boolean maybeDone;

    private boolean tidying;

    MemberClient(
            World world,
            List<Node> nodes,
            MemberHistory history,
            Census census,
            Newcomers newcomers,
            boolean strict) {
        super(world, nodes, world.magnitude(100 * World.MILLI, 3 * World.SECOND));
        this.history = history;
        this.census = census;
        this.newcomers = newcomers;
        this.strict = strict;
        this.names = nodes.size();
    }

    /** From here on only removes members that are gone for good. */
    void tidyUp() {
        tidying = true;
    }

    /** Every member has a node that can run, and nothing is under way. */
    boolean isTidy() {
        MemberHistory.Version latest = history.latest();
        return census.pending() == null && latest != null && broken(latest) == null;
    }

    @Override
    protected void next(Node target) {
        nodes.removeIf(node -> node.hasEnded() && world.chance(0.3));
        MemberHistory.Version latest = history.latest();
        if (latest == null || nodes.stream().anyMatch(MemberClient::isYetToStart)) {
            // A founder that has not started yet is not a member without a node.
            again();
            return;
        }
        for (Member member : latest.members()) {
            if (census.nodeOf(member.id()) == null) {
                census.floating().remove(member.peerUrls().get(0));
            }
        }
        Step pending = census.pending();
        if (pending != null && isDone(pending, latest)) {
            census.pending(null);
            pending = null;
        }
        if (pending != null) {
            Node concerned = census.nodeOf(pending.id());
            if (pending.kind() == Kind.PROMOTE && (concerned == null || concerned.isLost())) {
                census.removeInstead();
            }
            carryOut(target, census.pending());
            return;
        }
        maybeDone = false;
        Member broken = broken(latest);
        if (broken != null && (tidying || world.chance(0.5))) {
            repair(target, broken);
        } else if (tidying || world.chance(0.3)) {
            list(target);
        } else {
            choose(target, latest);
        }
    }

    private static boolean isYetToStart(Node node) {
        return node.memberId() == 0 && !node.isLost();
    }

    private static boolean isDone(Step step, MemberHistory.Version latest) {
        Member member = find(latest, step.id());
        return member == null || (step.kind() == Kind.PROMOTE && !member.learner());
    }

    private static Member find(MemberHistory.Version version, long id) {
        return version.members().stream().filter(m -> m.id() == id).findFirst().orElse(null);
    }

    /** A member without a node, or whose disk is damaged. */
    private Member broken(MemberHistory.Version latest) {
        for (Member member : latest.members()) {
            Node node = census.nodeOf(member.id());
            if (node == null || node.isLost()) {
                return member;
            }
        }
        return null;
    }

    private void repair(Node target, Member broken) {
        Node node = census.nodeOf(broken.id());
        if (node == null && broken.name().isEmpty() && !tidying && world.chance(0.5)) {
            world.count("member.late start");
            welcome(target, broken, history.latest().members(), "late" + ++names);
            again();
        } else {
            vacancy = node == null || tidying ? null : node.name;
            carryOut(target, new Step(Kind.REMOVE, broken.id()));
        }
    }

    private void choose(Node target, MemberHistory.Version latest) {
        Member any = latest.members().get(world.random.nextInt(latest.members().size()));
        Member learner = latest.members().stream().filter(Member::learner).findFirst().orElse(null);
        int dice = world.random.nextInt(100);
        if (learner != null && dice < 40) {
            attempt(target, new Step(Kind.PROMOTE, learner.id()));
        } else if (dice < 50) {
            attempt(target, new Step(Kind.REMOVE, any.id()));
        } else if (dice < 58) {
            Node leader = nodes.stream().filter(Node::serving).findFirst().orElse(target);
            attempt(target, new Step(Kind.REMOVE, leader.memberId()));
        } else if (dice < 64) {
            comeBack(target);
        } else if (dice < 70) {
            tryForbidden(target);
        } else if (dice < 76) {
            carryOut(target, new Step(Kind.MOVE, any.id()));
        } else if (latest.voters().size() < VOTERS_MAX) {
            Kind kind = world.chance(0.5) ? Kind.ADD_VOTER : Kind.ADD_LEARNER;
            boolean few = census.floating().size() < FLOATING_MAX;
            Step step = new Step(few ? kind : Kind.ADD_LEARNER, 0);
            add(target, census.mayDo(step) ? step.kind() : Kind.ADD_LEARNER);
        } else {
            list(target);
        }
    }

    private void attempt(Node target, Step step) {
        if (census.mayDo(step)) {
            carryOut(target, step);
        } else {
            list(target);
        }
    }

    // ---- calls --------------------------------------------------------------------------------

    private void list(Node target) {
        long known = history.latest().index();
        this.<List<Member>>call(
                target,
                () -> target.runtime().members().list(true),
                (list, failure) -> {
                    if (failure == null) {
                        world.count("op.member list");
                        world.check(
                                history.isSince(known, list),
                                target.name + " lists members of before " + known + ": " + list);
                    }
                    again();
                });
    }

    private void carryOut(Node target, Step step) {
        census.pending(step);
        ask(
                target,
                step.kind(),
                () ->
                        switch (step.kind()) {
                            case PROMOTE -> target.runtime().members().promote(step.id());
                            case REMOVE -> target.runtime().members().remove(step.id());
                            default ->
                                    target.runtime().members().update(step.id(), List.of(newUrl()));
                        });
    }

    private String newUrl() {
        return "http://moved" + ++names + ":2380";
    }

    private void ask(Node target, Kind kind, Supplier<CompletableFuture<Changed>> request) {
        long known = history.latest().index();
        this.<Changed>call(
                target,
                request,
                (changed, failure) -> {
                    if (failure == null) {
                        done(target, kind, known, changed.members());
                        census.pending(null);
                    } else {
                        maybeDone |= unknown(kind, failure);
                        if (!maybeDone || kind == Kind.MOVE) {
                            census.pending(null);
                        }
                    }
                    again();
                });
    }

    private void done(Node target, Kind kind, long known, List<Member> members) {
        world.count("op.member " + kind);
        world.check(
                history.isSince(known, members),
                target.name + " shows members of before " + known + ": " + members);
    }

    private boolean unknown(Kind kind, Throwable failure) {
        boolean unknown = outcomeUnknown(failure);
        world.count(
                unknown
                        ? "member.unknown " + kind
                        : "member.refused " + ((KvException) failure).error());
        return unknown;
    }

    private void add(Node target, Kind kind) {
        boolean voter = kind == Kind.ADD_VOTER;
        String name = vacancy == null ? "pd" + ++names : vacancy;
        String url = SimulationOptions.peerUrlOf(name);
        vacancy = null;
        if (voter) {
            census.floating().add(url);
        }
        long[] second = {0};
        long known = history.latest().index();
        this.<Changed>call(
                target,
                () -> {
                    second[0] = target.wallMillis() / 1_000;
                    return target.runtime().members().add(List.of(url), !voter);
                },
                (changed, failure) -> {
                    boolean over = failure == null || !unknown(kind, failure);
                    if (voter && over) {
                        census.floating().remove(url);
                    }
                    if (failure == null) {
                        done(target, kind, known, changed.members());
                        made.add(new Made(changed.member().id(), List.of(url), second[0]));
                        welcome(target, changed.member(), changed.members(), name);
                    }
                    again();
                });
    }

    private void welcome(Node target, Member member, List<Member> members, String name) {
        Node told = target.runtime() == null ? nodes.get(0) : target;
        Node node =
                newcomers.create(
                        name,
                        new ColdStart.Joining(told.runtime().raftClusterId(), member, members));
        nodes.add(node);
        world.at(world.magnitude(World.MILLI, START_DELAY_MAX), "start", node::start);
    }

    /** Asks for a member that gets the id of a removed one, its clock being what it was then. */
    private void comeBack(Node target) {
        List<Made> removed = made.stream().filter(m -> history.isRemoved(m.id())).toList();
        if (removed.isEmpty()) {
            list(target);
            return;
        }
        Made again = removed.get(world.random.nextInt(removed.size()));
        this.<Changed>call(
                target,
                () -> {
                    world.count("fault.clock jump");
                    target.wallOffsetMillis += again.second() * 1_000 + 500 - target.wallMillis();
                    long second = target.wallMillis() / 1_000;
                    world.check(
                            ClusterIdentity.memberId(again.urls(), Long.toString(second))
                                    == again.id(),
                            "ids are made in another way");
                    return target.runtime().members().add(again.urls(), true);
                },
                (changed, failure) -> {
                    world.check(failure != null, "a removed id was given again: " + changed);
                    unknown(Kind.ADD_LEARNER, failure);
                    again();
                });
    }

    /** What a strict group must refuse on the spot, whoever is asked: too few are started. */
    private void tryForbidden(Node target) {
        boolean removal = world.chance(0.5);
        this.<Changed>call(
                target,
                () -> {
                    List<Member> members = target.runtime().consensus().members();
                    List<Member> voters = members.stream().filter(m -> !m.learner()).toList();
                    long started = voters.stream().filter(m -> !m.name().isEmpty()).count();
                    int after = voters.size() + (removal ? -1 : 1);
                    long left = started - (removal ? 1 : 0);
                    boolean first = !removal && voters.size() == 1 && started == 1;
                    if (!strict || first || started == 0 || left >= after / 2 + 1) {
                        return CompletableFuture.failedFuture(new KvException(KvError.NO_LEADER));
                    }
                    world.count("member.forbidden");
                    CompletableFuture<Changed> answer =
                            removal
                                    ? target.runtime().members().remove(startedOf(voters))
                                    : target.runtime().members().add(List.of(newUrl()), false);
                    world.check(
                            answer.isCompletedExceptionally(),
                            target.name + " would change " + members);
                    return answer;
                },
                (changed, failure) -> again());
    }

    private static long startedOf(List<Member> voters) {
        return voters.stream().filter(m -> !m.name().isEmpty()).findFirst().orElseThrow().id();
    }
}
