package dev.unroll.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.unroll.models.Network;
import dev.unroll.models.Session;
import dev.unroll.models.StreamBatcher;
import dev.unroll.models.StreamBatcher.Limits;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LLLLL_Result;

/**
 * A thread closes what another one steps on: the step ends well or with an exception, and no step begins after it. An outcome is
 * what the step said, that the closing ended, the steps that made the state that is left, and what a step says after it all.
 */
public class ClosingStress {
    private ClosingStress() {}

    /** A network is closed while a session of it steps. */
    @JCStressTest
    @Outcome(id = "2, done, 2, closed", expect = ACCEPTABLE, desc = "the step ended first")
    @Outcome(id = "closed, done, 1, closed", expect = ACCEPTABLE, desc = "the network was closed first")
    @State
    public static class NetworkAndStep {
        private final Network network = Reference.network();
        private final Session session = Reference.after(network, 1);

        /** Steps. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Closes. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.done(network::close);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(session);
            r.r4 = Reference.step(session);
        }
    }

    /** A network is closed by two threads. */
    @JCStressTest
    @Outcome(id = "done, done, 1, closed", expect = ACCEPTABLE, desc = "closing twice is closing once")
    @State
    public static class NetworkTwice {
        private final Network network = Reference.network();
        private final Session session = Reference.after(network, 1);

        /** Closes. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.done(network::close);
        }

        /** Closes. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.done(network::close);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(session);
            r.r4 = Reference.step(session);
        }
    }

    /** A batcher is closed while a session steps by way of it. */
    @JCStressTest
    @Outcome(id = "2, done, 2, closed", expect = ACCEPTABLE, desc = "the step ended first")
    @Outcome(id = "closed, done, 1, closed", expect = ACCEPTABLE, desc = "the batcher was closed first")
    @State
    public static class BatcherAndStep {
        private final StreamBatcher batcher = new StreamBatcher(Reference.NETWORK, new Limits(1, Duration.ZERO, 1));
        private final Session session = Reference.after(1);

        /** Steps. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.step(batcher, session);
        }

        /** Closes. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.done(batcher::close);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(session);
            r.r4 = Reference.step(batcher, session);
        }
    }

    /** A batcher is closed while one steps and another one may wait for room. */
    @JCStressTest
    @Outcome(id = "2, 4, done, 2 4, closed", expect = ACCEPTABLE, desc = "both steps ended first")
    @Outcome(id = {"2, closed, done, 2 3, closed",
            "closed, 4, done, 1 4, closed"}, expect = ACCEPTABLE, desc = "one step ended first")
    @Outcome(id = "closed, closed, done, 1 3, closed", expect = ACCEPTABLE, desc = "the batcher was closed first")
    @State
    public static class BatcherAndQueue {
        private final StreamBatcher batcher = new StreamBatcher(Reference.NETWORK, new Limits(1, Duration.ZERO, 1));
        private final Session one = Reference.after(1);
        private final Session other = Reference.after(3);

        /** Steps on two threads. jcstress runs no more actors than there are cores, and two are what a small machine has. */
        @Actor
        public void first(LLLLL_Result r) {
            Thread second = Thread.startVirtualThread(() -> r.r2 = Reference.step(batcher, other));
            r.r1 = Reference.step(batcher, one);
            Reference.await(second);
        }

        /** Closes. */
        @Actor
        public void second(LLLLL_Result r) {
            r.r3 = Reference.done(batcher::close);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLLL_Result r) {
            r.r4 = Reference.state(one) + " " + Reference.state(other);
            r.r5 = Reference.step(batcher, one);
        }
    }

    /** A batcher is closed by two threads. */
    @JCStressTest
    @Outcome(id = "done, done, 0, closed", expect = ACCEPTABLE, desc = "closing twice is closing once")
    @State
    public static class BatcherTwice {
        private final StreamBatcher batcher = new StreamBatcher(Reference.NETWORK, new Limits(1, Duration.ZERO, 1));

        /** Closes. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.done(batcher::close);
        }

        /** Closes. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.done(batcher::close);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = batcher.waiting();
            r.r4 = Reference.step(batcher, Reference.after(0));
        }
    }

    /** A network is closed while a session of it steps by way of a batcher. */
    @JCStressTest
    @Outcome(id = "2, done, 2, closed", expect = ACCEPTABLE, desc = "the step ended first")
    @Outcome(id = "closed, done, 1, closed", expect = ACCEPTABLE, desc = "the network was closed first")
    @State
    public static class NetworkAndBatcher {
        private final Network network = Reference.network();
        private final StreamBatcher batcher = new StreamBatcher(network, new Limits(1, Duration.ZERO, 1));
        private final Session session = Reference.after(network, 1);

        /** Steps. */
        @Actor
        public void first(LLLL_Result r) {
            r.r1 = Reference.step(batcher, session);
        }

        /** Closes. */
        @Actor
        public void second(LLLL_Result r) {
            r.r2 = Reference.done(network::close);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLLL_Result r) {
            r.r3 = Reference.state(session);
            r.r4 = Reference.step(batcher, session);
            batcher.close();
        }
    }
}
