package dev.unroll.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.unroll.models.BatcherCounters;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import dev.unroll.models.StreamBatcher.Limits;
import java.time.Duration;
import java.util.stream.LongStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LLLL_Result;

/**
 * Threads that step by way of one batcher: each stream says what it says alone, to the bit, and the counters tell what was done. An
 * outcome is what each said, the steps that made each state that is left, and the counters.
 */
public class BatcherStress {
    private BatcherStress() {}

    private static StreamBatcher batcher(int batch, int queue) {
        return new StreamBatcher(Reference.NETWORK, new Limits(batch, Duration.ZERO, queue));
    }

    /** Ends the batcher, and says what it has counted. */
    private static String count(StreamBatcher batcher) {
        batcher.close();
        BatcherCounters counters = batcher.counters();
        long timed = LongStream.of(counters.latencies()).sum();
        if (counters.failed() != 0 || timed != counters.steps() || batcher.waiting() != 0) {
            return "miscounted: %d failed, %d timed, %d waiting".formatted(counters.failed(), timed, batcher.waiting());
        }
        return "%d in %d - %d".formatted(counters.steps(), counters.batches(), counters.refused());
    }

    /** Two streams, side by side or one after the other. */
    @JCStressTest
    @Outcome(id = "1, 3, 1 3, 2 in 1 - 0", expect = ACCEPTABLE, desc = "both in one batch")
    @Outcome(id = "1, 3, 1 3, 2 in 2 - 0", expect = ACCEPTABLE, desc = "each in its own batch")
    @State
    public static class TwoStreams {
        private final StreamBatcher batcher = batcher(2, 4);
        private final Session one = Reference.after(0);
        private final Session other = Reference.after(2);

        /** Steps. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.step(batcher, one);
        }

        /** Steps. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.step(batcher, other);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(one) + " " + Reference.state(other);
            r.r4 = count(batcher);
        }
    }

    /** A queue for one: who finds it full waits, and is not forgotten. */
    @JCStressTest
    @Outcome(id = "1, 3, 1 3, 2 in 2 - 0", expect = ACCEPTABLE, desc = "each in its own batch")
    @State
    public static class RoomForOne {
        private final StreamBatcher batcher = batcher(1, 1);
        private final Session one = Reference.after(0);
        private final Session other = Reference.after(2);

        /** Steps. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.step(batcher, one);
        }

        /** Steps. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.step(batcher, other);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(one) + " " + Reference.state(other);
            r.r4 = count(batcher);
        }
    }

    /** A queue for one, and steps that do not wait: who finds it full has done nothing. */
    @JCStressTest
    @Outcome(id = "1, 3, 1 3, 2 in 2 - 0", expect = ACCEPTABLE, desc = "there was room for both")
    @Outcome(id = {"1, full, 1 2, 1 in 1 - 1",
            "full, 3, 0 3, 1 in 1 - 1"}, expect = ACCEPTABLE, desc = "there was room for one")
    @State
    public static class FullQueue {
        private final StreamBatcher batcher = batcher(1, 1);
        private final Session one = Reference.after(0);
        private final Session other = Reference.after(2);

        /** Steps, if there is room. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.tryStep(batcher, one);
        }

        /** Steps, if there is room. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.tryStep(batcher, other);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(one) + " " + Reference.state(other);
            r.r4 = count(batcher);
        }
    }

    /** Two threads with one session. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2, 2 in 2 - 0", "2, 1, 2, 2 in 2 - 0"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(id = {"1, refused, 1, 1 in 1 - 0",
            "refused, 1, 1, 1 in 1 - 0"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class OneSession {
        private final StreamBatcher batcher = batcher(2, 4);
        private final Session session = Reference.after(0);

        /** Steps. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.step(batcher, session);
        }

        /** Steps. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.step(batcher, session);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(session);
            r.r4 = count(batcher);
        }
    }

    /** One session in the batcher and out of it at once. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2", "2, 1, 2"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(id = {"1, refused, 1", "refused, 1, 1"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class InAndOut {
        private final StreamBatcher batcher = batcher(2, 4);
        private final Session session = Reference.after(0);

        /** Steps by way of the batcher. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(batcher, session);
        }

        /** Steps alone. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.step(session);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            batcher.close();
            r.r3 = Reference.state(session);
        }
    }
}
