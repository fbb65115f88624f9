package dev.unroll.examples;

import dev.unroll.models.Initialization;
import dev.unroll.models.Initializer;
import dev.unroll.models.Network;
import dev.unroll.models.Sampler;
import dev.unroll.models.Session;
import dev.unroll.training.Adam;
import dev.unroll.training.Batches;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import dev.unroll.training.Window;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Copying with a delay: ten symbols out of eight are read, then blanks, then a marker, upon which the ten are to be written
 * in the order in which they came. Sources: Hochreiter and Schmidhuber, "Long short-term memory", 1997; in this form:
 * Arjovsky, Shah and Bengio, "Unitary evolution recurrent neural networks", 2016.
 */
public final class CopyingMemory {
    /** Nats a symbol of whoever has no memory and guesses one of eight. */
    static final double BASELINE = Math.log(8);

    private static final int BLANK = 0;
    /** The symbols are 1 to 8. */
    private static final int SYMBOLS = 8;
    private static final int MARKER = 9;
    private static final int TOKENS = 10;

    private static final int DELAY = 50;
    private static final int LENGTH = 10;
    private static final int STEPS = 6000;
    private static final int HIDDEN = 96;
    private static final int BATCH = 32;
    private static final double TARGET = 0.95;

    private CopyingMemory() {}

    /** What is measured on sequences that were not trained on: the part of the symbols that is right, and nats a symbol. */
    record Recall(double accuracy, double entropy) {}

    /**
     * Trains, and measures on sequences that were not trained on.
     *
     * @param arguments the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        System.out.printf("copying %d symbols over a delay of %d: lstm, seed %d%n", LENGTH, DELAY, seed);
        long begin = System.nanoTime();
        Recall recall = learn(new Copies(LENGTH, DELAY, BATCH, seed), STEPS, seed, new LossPrinter(500));
        System.out.printf("1000 unseen sequences: %.2f %% of the symbols right, target %.0f %%, by guessing %.1f %%%n",
                100 * recall.accuracy(), 100 * TARGET, 100.0 / SYMBOLS);
        System.out.printf("cross entropy %.4f nats a symbol, by guessing ln 8 = %.4f, %.0f s%n", recall.entropy(),
                BASELINE, (System.nanoTime() - begin) / 1e9);
    }

    /** Trains for a number of steps, and measures on 1000 sequences that were not trained on. */
    static Recall learn(Copies copies, int steps, long seed, TrainingListener... listeners) {
        // f = σ(4) = 0.98: what is in c stays there for some fifty steps.
        Initialization initialization = Initialization.uniformByUnits().withBiases(Initializer.constant(0))
                .withForgetBias(4);
        try (Network network = Network.builder(TOKENS).lstm(HIDDEN).softmax(TOKENS).initialize(initialization)
                .build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(3e-3))
                        .schedule(new RateSchedule.Cosine(steps, 0)).clipNorm(1).fit(copies, steps, listeners)) {
            return recall(trained, copies.symbols(), copies.delay(), 1000);
        }
    }

    /** Has a network copy sequences one by one, each step as a service would make it. */
    private static Recall recall(Network network, int symbols, int delay, int sequences) {
        SplittableRandom random = new SplittableRandom(0);
        Session session = network.newSession();
        float[] y = new float[TOKENS];
        int right = 0;
        double entropy = 0;
        for (int i = 0; i < sequences; i++) {
            session.reset();
            int[] symbol = draw(symbols, random);
            for (int s : symbol) {
                session.step(s, y);
            }
            for (int t = 1; t < delay; t++) {
                session.step(BLANK, y);
            }
            session.step(MARKER, y);
            for (int s : symbol) {
                session.step(BLANK, y);
                right += Sampler.argmax(y) == s ? 1 : 0;
                entropy -= Math.log(y[s]);
            }
        }
        double count = (double) sequences * symbols;
        return new Recall(right / count, entropy / count);
    }

    private static int[] draw(int symbols, RandomGenerator random) {
        return random.ints(symbols, 1, SYMBOLS + 1).toArray();
    }

    /**
     * The task's data: symbols, delay - 1 blanks, a marker, and as many blanks as there were symbols, at which these are
     * wanted; nothing is wanted before. Batch n is drawn from the seed and n.
     */
    record Copies(int symbols, int delay, int batch, long seed) implements Batches {
        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public long time(long number) {
            return longest();
        }

        @Override
        public long longest() {
            return 2L * symbols + delay;
        }

        @Override
        public void read(long number, long from, Window window) {
            // Seeds from 1: what is measured is drawn from 0.
            SplittableRandom random = new SplittableRandom((seed << 40) + number);
            for (int i = 0; i < batch; i++) {
                int[] tokens = new int[2 * symbols + delay];
                int[] wanted = new int[tokens.length];
                int[] symbol = draw(symbols, random);
                System.arraycopy(symbol, 0, tokens, 0, symbols);
                tokens[symbols + delay - 1] = MARKER;
                Arrays.fill(wanted, Window.NONE);
                System.arraycopy(symbol, 0, wanted, symbols + delay, symbols);
                for (int t = 0; t < window.count(); t++) {
                    window.tokens()[t * batch + i] = tokens[(int) from + t];
                    window.classes()[t * batch + i] = wanted[(int) from + t];
                }
            }
        }
    }
}
