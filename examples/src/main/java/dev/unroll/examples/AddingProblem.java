package dev.unroll.examples;

import dev.unroll.cells.RnnCell;
import dev.unroll.kernels.Activation;
import dev.unroll.models.Initialization;
import dev.unroll.models.Initializer;
import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.models.NetworkBuilder;
import dev.unroll.training.Adam;
import dev.unroll.training.Batches;
import dev.unroll.training.Evaluation;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.Window;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The adding problem: a sequence of numbers, two of them marked, and after the last step their sum is wanted. Whoever is to
 * answer must carry the first number over half the sequence and more. Sources: Hochreiter and Schmidhuber, "Long short-term
 * memory", 1997; in this form: Le, Jaitly and Hinton, "A simple way to initialize recurrent networks of rectified linear
 * units", 2015.
 */
public final class AddingProblem {
    /** The mean squared error of the answer 1, whatever is read: the variance of a sum of two U(0, 1). */
    static final double BASELINE = 1.0 / 6;

    private static final double TARGET = 0.01;
    private static final int TIME = 150;
    private static final int STEPS = 4000;
    private static final int BATCH = 32;

    private AddingProblem() {}

    /**
     * Trains, and measures on sequences that were not trained on.
     *
     * @param arguments {@code lstm} or {@code irnn}, and the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        String model = arguments.length > 0 ? arguments[0] : "lstm";
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        System.out.printf("adding problem, T = %d: %s, seed %d%n", TIME, model, seed);
        long begin = System.nanoTime();
        double error = learn(model, TIME, STEPS, seed, new LossPrinter(500));
        System.out.printf("mean squared error of 1000 unseen sequences %.5f, target %.2f, always 1 %.4f, %.0f s%n",
                error,
                TARGET, BASELINE, (System.nanoTime() - begin) / 1e9);
    }

    /** A network that reads two features a step, the number and its mark, and says one number; and its learning rate. */
    private record Model(NetworkBuilder network, double rate) {
        static Model named(String name) {
            NetworkBuilder builder = Network.builder(new Input.Features(2));
            Initialization initialization = Initialization.uniformByUnits().withBiases(Initializer.constant(0));
            return switch (name) {
                case "lstm" -> new Model(builder.lstm(32).initialize(initialization.withForgetBias(1)), 1e-2);
                // a' = max(0, a + W_ax x) at first: what is in a stays there.
                case "irnn" -> new Model(
                        builder.layer(inputSize -> new RnnCell(inputSize, 64).activation(Activation.RELU))
                                .initialize(initialization.withRecurrentWeights(Initializer.identity(1))),
                        1e-3);
                default -> throw new IllegalArgumentException("'" + name + "'; wanted lstm or irnn");
            };
        }
    }

    /**
     * Trains for a number of steps.
     *
     * @return the mean squared error of 1000 sequences that were not trained on
     */
    static double learn(String name, int time, int steps, long seed, TrainingListener... listeners) {
        Model model = Model.named(name);
        Batches unseen = new Sums(time, 100, 10, 0);
        try (Network network = model.network().linear(1).build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(model.rate()))
                        .schedule(new RateSchedule.Cosine(steps, 0)).clipNorm(1)
                        .fit(new Sums(time, BATCH, 1, seed), steps, listeners);
                Evaluation evaluation = Evaluation.of(trained.weights(), unseen)) {
            return evaluation.loss();
        }
    }

    /**
     * The task's data: x_t = (a number of U(0, 1), its mark), the mark 1 at one step of each half and else 0; wanted at the
     * last step, and nowhere else, the sum of the two marked numbers. Batch n is drawn from the seed and n.
     */
    record Sums(int steps, int batch, long epoch, long seed) implements Batches {
        @Override
        public long time(long number) {
            return steps;
        }

        @Override
        public long longest() {
            return steps;
        }

        @Override
        public void read(long number, long from, Window window) {
            SplittableRandom random = new SplittableRandom((seed << 40) + number);
            Arrays.fill(window.weights(), 0);
            for (int i = 0; i < batch; i++) {
                int first = random.nextInt(steps / 2);
                int second = random.nextInt(steps / 2, steps);
                float sum = 0;
                for (int t = 0; t < steps; t++) {
                    float value = (float) random.nextDouble();
                    float mark = t == first || t == second ? 1 : 0;
                    sum += mark * value;
                    write(window, t - from, i, value, mark);
                }
                want(window, steps - 1 - from, i, sum);
            }
        }

        /** A window has some of the batch's steps; what is before and behind them is drawn all the same. */
        private static void write(Window window, long t, int sequence, float value, float mark) {
            if (t >= 0 && t < window.count()) {
                window.x().at((int) t).set(sequence, 0, value);
                window.x().at((int) t).set(sequence, 1, mark);
            }
        }

        private static void want(Window window, long t, int sequence, float sum) {
            if (t < window.count()) {
                window.values().at((int) t).set(sequence, 0, sum);
                window.weights()[(int) t * window.batch() + sequence] = 1;
            }
        }
    }
}
