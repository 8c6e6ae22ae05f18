package org.pdtoolkit.server.grpc.etcd;

import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.pdtoolkit.kv.Consensus;
import org.pdtoolkit.kv.KvError;
import org.pdtoolkit.kv.KvException;
import org.pdtoolkit.kv.Member;
import org.pdtoolkit.server.grpc.MemberChannels;
import org.pdtoolkit.wire.ErrorCatalogue;

/**
 * Gets an answer that only the Raft leader can give: here if this member leads, else from the
 * leader's client port. While there is no leader, or the one asked does not lead, it tries again
 * until the request timeout.
 *
 * <p>Thread: any; never blocks.
 */
final class LeaderCalls {
    private static final int PAUSE_MILLIS = 50;

    private final Consensus consensus;
    private final MemberChannels channels;
    private final ScheduledExecutorService timer;
    private final long patienceNanos;

    LeaderCalls(
            Consensus consensus,
            MemberChannels channels,
            ScheduledExecutorService timer,
            Duration requestTimeout) {
        this.consensus = consensus;
        this.channels = channels;
        this.timer = timer;
        this.patienceNanos = requestTimeout.toNanos();
    }

    /**
     * @param here answers as leader; NOT_LEADER lets it be asked again
     * @param there asks the member behind the channel; repeating it must do no harm
     */
    <T> CompletableFuture<T> ask(
            Supplier<CompletableFuture<T>> here, Function<Channel, CompletableFuture<T>> there) {
        return new Call<>(here, there).start();
    }

    private final class Call<T> {
        private final Supplier<CompletableFuture<T>> here;
        private final Function<Channel, CompletableFuture<T>> there;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private final long deadline = System.nanoTime() + patienceNanos;

        Call(Supplier<CompletableFuture<T>> here, Function<Channel, CompletableFuture<T>> there) {
            this.here = here;
            this.there = there;
        }

        CompletableFuture<T> start() {
            attempt();
            return answer;
        }

        private void attempt() {
            CompletableFuture<T> asked = null;
            try {
                asked = asked();
            } catch (IllegalArgumentException unusableUrl) {
                // As if it had none.
            }
            if (asked == null) {
                again(KvError.NO_LEADER);
                return;
            }
            asked.whenComplete(
                    (value, failure) -> {
                        if (failure == null) {
                            answer.complete(value);
                        } else if (passes(failure)) {
                            again(KvError.TIMEOUT);
                        } else {
                            answer.completeExceptionally(failure);
                        }
                    });
        }

        /** {@code null} while nobody can be asked. */
        private CompletableFuture<T> asked() {
            long leader = consensus.leaderId();
            if (leader == consensus.memberId()) {
                return here.get();
            }
            for (Member member : consensus.members()) {
                if (member.id() == leader && !member.clientUrls().isEmpty()) {
                    List<String> urls = member.clientUrls();
                    return there.apply(channels.to(urls.get(0)));
                }
            }
            return null;
        }

        private void again(KvError inTheEnd) {
            if (System.nanoTime() - deadline >= 0) {
                answer.completeExceptionally(new KvException(inTheEnd));
                return;
            }
            try {
                timer.schedule(this::attempt, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopping) {
                answer.completeExceptionally(new KvException(KvError.STOPPED));
            }
        }

        /** Whether another try may do better. */
        private static boolean passes(Throwable failure) {
            Throwable cause = KvException.unwrapped(failure);
            if (cause instanceof KvException refused) {
                return refused.error() == KvError.NOT_LEADER;
            }
            Status status = Status.fromThrowable(cause);
            return status.getCode() == Status.Code.UNAVAILABLE
                    || status.getCode() == Status.Code.DEADLINE_EXCEEDED
                    || ErrorCatalogue.ETCD_NOT_LEADER.text().equals(status.getDescription());
        }
    }
}
