package org.pdtoolkit.server.runtime;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.transport.PeerNetwork;

/**
 * Makes this member's name and client URLs known to the cluster, and finds out whether the cluster
 * knew it before: a member whose data dir is empty must not have published already.
 *
 * <p>Thread: {@link #refuseIfWiped} by the owner of the process, {@link #publish} by the timer, the
 * rest by anyone.
 */
final class Publication {
    private static final Logger LOG = LogManager.getLogger(Publication.class);
    private static final int PROBE_TIMEOUT_MILLIS = 1_000;

    private final NodeContext context;
    private final NodeOptions options;
    private final StartDecision decision;
    private final long self;
    private final Membership membership;
    private final GroupState state;
    private final KvService kv;
    private final AtomicBoolean publishing = new AtomicBoolean();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    /** Whether this process may be the one whose publication the others know. */
    private volatile boolean published;

    /** Past the question whether this member is a wiped one. */
    private volatile boolean serving;

    /** Whether a peer knows a publication that is not of this process, which began empty. */
    private final AtomicBoolean knownBefore = new AtomicBoolean();

    Publication(
            NodeContext context,
            NodeOptions options,
            StartDecision decision,
            Membership membership,
            GroupState state,
            KvService kv) {
        this.context = context;
        this.options = options;
        this.decision = decision;
        this.self = decision.identity().memberId();
        this.membership = membership;
        this.state = state;
        this.kv = kv;
    }

    /**
     * Asks the peers, once, whether they know this member; to be called when it began empty.
     *
     * @throws NodeStartException when one does
     */
    void refuseIfWiped(PeerNetwork peers) {
        for (Member peer : decision.members()) {
            if (peer.id() == self) {
                continue;
            }
            for (String url : peer.peerUrls()) {
                boolean known;
                try {
                    known = peers.probePublished(URI.create(url), peer.id(), PROBE_TIMEOUT_MILLIS);
                } catch (IOException e) {
                    LOG.debug("peer does not answer yet: url={} cause={}", url, e.toString());
                    continue;
                }
                if (known) {
                    throw wiped();
                }
            }
        }
        serving = true;
        if (knownBefore.get()) {
            throw wiped();
        }
    }

    /** A peer says that it knows a publication of this member. */
    void onKnown() {
        if (decision.fresh() && !published && knownBefore.compareAndSet(false, true) && serving) {
            context.onFatal().accept(wiped());
        }
    }

    private NodeStartException wiped() {
        return new NodeStartException(
                "member "
                        + Long.toHexString(self)
                        + " ("
                        + options.name()
                        + ") has already been bootstrapped: the cluster knows it, but the data dir "
                        + options.dataDir()
                        + " is empty. A member that lost its data must be removed and added again;"
                        + " it may not vote with an empty memory");
    }

    /** Tells the cluster this member's name and client URLs until it knows them. */
    void publish() {
        Member known = membership.find(self);
        if (known == null
                || state.office().leader() == 0
                || !publishing.compareAndSet(false, true)) {
            return;
        }
        if (known.name().equals(options.name())
                && known.clientUrls().equals(options.advertiseClientUrls())) {
            becomeReady();
            return;
        }
        published = true;
        Member member =
                new Member(
                        self,
                        options.name(),
                        options.advertisePeerUrls(),
                        options.advertiseClientUrls(),
                        false);
        kv.propose(Envelope.Kind.PUBLISH, MemberCodec.encode(member))
                .whenComplete((outcome, failure) -> publishing.set(false));
    }

    /** Published, and part of a quorum: what was committed before this start is applied. */
    private void becomeReady() {
        if (ready.isDone()) {
            publishing.set(false);
            return;
        }
        kv.barrier()
                .whenComplete(
                        (done, failure) -> {
                            publishing.set(false);
                            if (failure == null && ready.complete(null)) {
                                LOG.info("ready to serve client requests");
                            }
                        });
    }

    /** Completes when the cluster knows this member and this member knows the cluster. */
    CompletableFuture<Void> ready() {
        return ready;
    }
}
