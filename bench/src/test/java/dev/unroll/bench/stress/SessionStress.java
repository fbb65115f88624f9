package dev.unroll.bench.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.unroll.models.Session;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * Two threads in one session: one comes after the other, or is refused; none sees half of what the other does. An outcome is what
 * the first said, what the second did, and how many steps made the state that is left.
 */
public class SessionStress {
    private SessionStress() {}

    /** Both step. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2", "2, 1, 2"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(id = {"1, refused, 1",
            "refused, 1, 1"}, expect = ACCEPTABLE, desc = "one was refused, and no step is lost")
    @State
    public static class StepAndStep {
        private final Session session = Reference.after(0);

        /** Steps. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Steps. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.step(session);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            r.r3 = Reference.state(session);
        }
    }

    /** One steps, the other reads two tokens. */
    @JCStressTest
    @Outcome(id = {"1, 3, 3", "3, 2, 3"}, expect = ACCEPTABLE, desc = "one after the other, the two tokens together")
    @Outcome(id = {"1, refused, 1", "refused, 2, 2"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class StepAndRead {
        private final Session session = Reference.after(0);

        /** Steps. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Reads. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.read(session);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            r.r3 = Reference.state(session);
        }
    }

    /** One steps, the other takes a copy. */
    @JCStressTest
    @Outcome(id = {"2, 1, 2", "2, 2, 2"}, expect = ACCEPTABLE, desc = "a copy of the state before or after the step")
    @Outcome(id = {"2, refused, 2", "refused, 1, 1"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class StepAndCopy {
        private final Session session = Reference.after(1);

        /** Steps. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Copies. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.answer(() -> Reference.state(session.copy()));
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            r.r3 = Reference.state(session);
        }
    }

    /** One steps, the other writes the state to bytes. */
    @JCStressTest
    @Outcome(id = {"2, 1, 2", "2, 2, 2"}, expect = ACCEPTABLE, desc = "the bytes of the state before or after the step")
    @Outcome(id = {"2, refused, 2", "refused, 1, 1"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class StepAndBytes {
        private final Session session = Reference.after(1);

        /** Steps. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Writes. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.answer(() -> Reference.state(session.toBytes()));
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            r.r3 = Reference.state(session);
        }
    }

    /** One steps, the other sets the state to zero. */
    @JCStressTest
    @Outcome(id = {"2, done, 0", "1, done, 1"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(id = {"2, refused, 2", "refused, done, 0"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class StepAndReset {
        private final Session session = Reference.after(1);

        /** Steps. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Resets. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.done(session::reset);
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            r.r3 = Reference.state(session);
        }
    }

    /** One steps, the other brings another state. */
    @JCStressTest
    @Outcome(id = {"2, done, 4", "5, done, 5"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(id = {"2, refused, 2", "refused, done, 4"}, expect = ACCEPTABLE, desc = "one was refused")
    @State
    public static class StepAndRestore {
        private final Session session = Reference.after(1);

        /** Steps. */
        @Actor
        public void first(LLL_Result r) {
            r.r1 = Reference.step(session);
        }

        /** Restores. */
        @Actor
        public void second(LLL_Result r) {
            r.r2 = Reference.done(() -> session.restore(Reference.bytes(4)));
        }

        /** Looks at what is left. */
        @Arbiter
        public void after(LLL_Result r) {
            r.r3 = Reference.state(session);
        }
    }
}
