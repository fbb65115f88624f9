package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.cells.Parameters;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.tensor.Matrix;
import dev.unroll.training.TrainingStep.Outcome;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A loss or a gradient that is NaN or infinite changes neither weights nor optimiser. */
class GuardsTest extends OnBackendUnderTest {
    private static final int BATCH = 3;
    private static final int TIME = 40;
    private static final float[] BAD = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    /** What is spoilt. */
    private enum Place {
        FEATURE, TARGET, WEIGHT_OF_A_STEP, PARAMETER, NOTHING
    }

    /** Random sequences without an end, of which one number of a window may be spoilt. */
    private static final class Spoilt implements Batches {
        private final Random random = new Random(1);
        private Place place = Place.NOTHING;
        private float bad;
        private long reads;

        @Override
        public int batch() {
            return BATCH;
        }

        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public long time(long number) {
            return TIME;
        }

        @Override
        public long longest() {
            return TIME;
        }

        @Override
        public synchronized void read(long number, long from, Window window) {
            fill(window.x().asMatrix(), window.count());
            fill(window.values().asMatrix(), window.count());
            int row = random.nextInt(window.count() * BATCH);
            switch (place) {
                case FEATURE -> window.x().asMatrix().set(row, random.nextInt(4), bad);
                case TARGET -> window.values().asMatrix().set(row, random.nextInt(2), bad);
                case WEIGHT_OF_A_STEP -> window.weights()[row] = Math.abs(bad);
                default -> {
                }
            }
            place = Place.NOTHING;
            reads++;
            notifyAll();
        }

        private void fill(Matrix matrix, int steps) {
            for (int i = 0; i < steps * BATCH; i++) {
                for (int j = 0; j < matrix.cols(); j++) {
                    matrix.set(i, j, (float) random.nextGaussian());
                }
            }
        }

        /** Spoils the window after the next, which is being read ahead. */
        synchronized void spoil(Training training, Place where, float number) {
            while (reads <= training.steps()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            place = where;
            bad = number;
        }
    }

    private static Network network() {
        return Network.builder(new Input.Features(4)).lstm(6).gru(5).linear(2).build(1, kernels);
    }

    private static List<Weights> optimizer(Training training) {
        return training.optimizer().moments().stream().map(Weights::of).toList();
    }

    /** A number of a window, then of a parameter, in turns; between them steps that are sound. */
    @Test
    void aThousandInjectionsAreSkippedEachWithWeightsAndOptimizerAsTheyWere() {
        long seed = Long.getLong("unroll.seed", 20261122);
        Random random = new Random(seed);
        Spoilt batches = new Spoilt();
        int skipped = 0;
        try (Network network = network();
                Training training = Trainer.of(network).optimizer(Adam.of(0.01)).truncatedBptt(8).start(batches)) {
            training.step();
            for (int injection = 0; injection < 1000; injection++) {
                Place place = Place.values()[random.nextInt(4)];
                float bad = BAD[random.nextInt(3)];
                String at = "injection %d, %s of a %s, -Dunroll.seed=%d".formatted(injection, bad, place, seed);
                Parameters parameters = training.parameters();
                String name = List.copyOf(parameters.asMap().keySet()).get(random.nextInt(parameters.asMap().size()));
                Matrix matrix = parameters.get(name);
                int row = random.nextInt(matrix.rows());
                int col = random.nextInt(matrix.cols());
                float sound = matrix.get(row, col);
                if (place == Place.PARAMETER) {
                    matrix.set(row, col, Float.NaN);
                    training.weights().repack();
                } else {
                    batches.spoil(training, place, bad);
                    assertEquals(Outcome.UPDATED, training.step().outcome(), at);
                }
                Weights weights = Weights.of(parameters);
                List<Weights> moments = optimizer(training);
                long steps = training.optimizer().steps();
                TrainingStep step = training.step();
                assertEquals(Outcome.SKIPPED, step.outcome(), at);
                assertTrue(step.fault().isPresent(), at);
                weights.assertSame(parameters);
                for (int i = 0; i < moments.size(); i++) {
                    moments.get(i).assertSame(training.optimizer().moments().get(i));
                }
                assertEquals(steps, training.optimizer().steps(), at);
                skipped++;
                assertEquals(skipped, training.skipped(), at);
                if (place == Place.PARAMETER) {
                    matrix.set(row, col, sound);
                    training.weights().repack();
                }
                TrainingStep next = training.step();
                assertEquals(Outcome.UPDATED, next.outcome(), at + ", the step after");
                assertTrue(Double.isFinite(next.loss()), at);
            }
        }
    }

    @Test
    void tooManyInARowEndTheTrainingWithWeightsAsTheyWere() {
        Spoilt batches = new Spoilt();
        try (Network network = network();
                Training training = Trainer.of(network).truncatedBptt(8).patience(3).start(batches)) {
            training.step();
            training.parameters().get("head.bias").set(0, 1, Float.NaN);
            training.weights().repack();
            Weights before = Weights.of(training.parameters());
            for (int i = 0; i < 3; i++) {
                assertEquals(Outcome.SKIPPED, training.step().outcome());
            }
            DivergedException e = assertThrows(DivergedException.class, training::step);
            assertTrue(e.getMessage()
                    .startsWith("training: 4 steps in a row were skipped, the last, step 5, because the loss"
                            + " is NaN; the weights are those of before."),
                    e.getMessage());
            before.assertSame(training.parameters());
            training.parameters().get("head.bias").set(0, 1, 0);
            training.weights().repack();
            assertEquals(Outcome.UPDATED, training.step().outcome());
            assertEquals(4, training.skipped());
        }
    }

    /** Loss and gradient are finite, and the state is carried on; the weights explode. */
    @Test
    void aLearningRateThatIsFarTooHighEndsWithAClearError() {
        try (Network network = network();
                Training training = Trainer.of(network).optimizer(Sgd.of(1e30)).clipNorm(Double.POSITIVE_INFINITY)
                        .truncatedBptt(8).start(new Spoilt())) {
            DivergedException e = assertThrows(DivergedException.class, () -> training.run(100));
            assertTrue(e.getMessage().contains("11 steps in a row were skipped"), e.getMessage());
        }
    }

    /** Losses of steps that an older window's NaN reaches through the kept steps are skipped until it has gone. */
    @Test
    void whatIsKeptOfASpoiltWindowIsSkippedUntilItHasGone() {
        Spoilt batches = new Spoilt();
        try (Network network = network();
                Training training = Trainer.of(network).truncatedBptt(4, 12).start(batches)) {
            training.step();
            batches.spoil(training, Place.FEATURE, Float.NaN);
            training.step();
            int skipped = 0;
            while (training.step().outcome() == Outcome.SKIPPED) {
                skipped++;
            }
            assertTrue(skipped >= 1 && skipped <= 3, skipped + " skipped");
            for (int i = 0; i < 20; i++) {
                assertEquals(Outcome.UPDATED, training.step().outcome());
            }
        }
    }
}
