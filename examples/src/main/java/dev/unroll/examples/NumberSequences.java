package dev.unroll.examples;

import dev.unroll.models.Input;
import dev.unroll.models.Network;
import dev.unroll.training.Adam;
import dev.unroll.training.BucketedBatches;
import dev.unroll.training.RateSchedule;
import dev.unroll.training.Sequences;
import dev.unroll.training.Trainer;
import dev.unroll.training.TrainingListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Sequences of numbers continued: [0, 1, 2] is read, [3, 4, 5] is wanted; and so for whatever start and stride, [7, 12, 17] and
 * [22, 27, 32]. One number says nothing of the stride, so what was read before must be kept.
 */
public final class NumberSequences {
    private static final int STARTS = 40;
    private static final int STRIDES = 5;
    /** Numbers that are read, and as many that are wanted. */
    private static final int LENGTH = 3;
    /** Numbers are 0 to this; a network reads and says them as -0.5 to 0.5. */
    private static final float LARGEST = STARTS - 1 + STRIDES * (2 * LENGTH - 1);

    private static final int STEPS = 2000;
    private static final int BATCH = 16;
    private static final double TARGET = 0.95;

    private NumberSequences() {}

    /** start, start + stride, start + 2*stride and so on. */
    record Progression(int start, int stride) {
        int number(int i) {
            return start + i * stride;
        }

        float[][] read() {
            return IntStream.range(0, LENGTH).mapToObj(i -> new float[]{scaled(number(i))}).toArray(float[][]::new);
        }

        float[] wanted() {
            float[] wanted = new float[LENGTH];
            for (int i = 0; i < LENGTH; i++) {
                wanted[i] = scaled(number(LENGTH + i));
            }
            return wanted;
        }

        private static float scaled(int number) {
            return number / LARGEST - 0.5f;
        }

        /** Numbers {@code from} and the next, such as [3, 4, 5]. */
        List<Integer> numbers(int from) {
            return IntStream.range(from, from + LENGTH).mapToObj(this::number).toList();
        }
    }

    /** What a network says, rounded to whole numbers. */
    static List<Integer> rounded(float[] y) {
        return IntStream.range(0, y.length).mapToObj(i -> Math.round((y[i] + 0.5f) * LARGEST)).toList();
    }

    /** All progressions, shuffled, but the first is [0, 1, 2]: the first quarter is never trained on. */
    static List<Progression> progressions(long seed) {
        List<Progression> all = new ArrayList<>();
        for (int i = 0; i < STARTS * STRIDES; i++) {
            all.add(new Progression(i % STARTS, 1 + i / STARTS));
        }
        Collections.shuffle(all.subList(1, all.size()), new Random(seed));
        return all;
    }

    /**
     * Trains on three quarters of the progressions and continues the others.
     *
     * @param arguments the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1;
        List<Progression> all = progressions(seed);
        List<Progression> unseen = all.subList(0, all.size() / 4);
        long begin = System.nanoTime();
        List<List<Integer>> said = learn(all.subList(unseen.size(), all.size()), unseen, STEPS, seed,
                new LossPrinter(500));
        for (int i = 0; i < 5; i++) {
            System.out.printf("%s -> %s%n", unseen.get(i).numbers(0), said.get(i));
        }
        System.out.printf("%.0f %% of %d unseen sequences right, target %.0f %%, ", 100 * right(unseen, said),
                said.size(), 100 * TARGET);
        System.out.printf("the last number again %.0f %%, plus 1, 2, 3 %.0f %%, %.1f s%n",
                100 * right(unseen, last(unseen, 0)), 100 * right(unseen, last(unseen, 1)),
                (System.nanoTime() - begin) / 1e9);
    }

    /** Trains on some progressions, and says how others go on. */
    static List<List<Integer>> learn(List<Progression> known, List<Progression> unseen, int steps, long seed,
            TrainingListener... listeners) {
        Sequences examples = Sequences.ofFeatures(read(known))
                .withLastValues(known.stream().map(Progression::wanted).toArray(float[][]::new));
        try (Network network = Network.builder(new Input.Features(1)).gru(32).linear(LENGTH).lastStep().build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(1e-2))
                        .schedule(new RateSchedule.Cosine(steps, 0))
                        .fit(BucketedBatches.shuffled(examples, BATCH, seed), steps, listeners)) {
            return Arrays.stream(trained.outputs(read(unseen))).map(y -> rounded(y[0])).toList();
        }
    }

    private static float[][][] read(List<Progression> progressions) {
        return progressions.stream().map(Progression::read).toArray(float[][][]::new);
    }

    /** The trivial answer: from the last number that was read on by a stride that is taken for granted. */
    static List<List<Integer>> last(List<Progression> unseen, int stride) {
        return unseen.stream().map(p -> new Progression(p.number(LENGTH - 1), stride).numbers(1)).toList();
    }

    /** The part of the sequences of which all numbers are right. */
    static double right(List<Progression> unseen, List<List<Integer>> said) {
        return (double) IntStream.range(0, said.size())
                .filter(i -> unseen.get(i).numbers(LENGTH).equals(said.get(i))).count() / said.size();
    }
}
