package dev.unroll.examples;

import dev.unroll.models.Network;
import dev.unroll.models.Vocabulary;
import dev.unroll.training.Adam;
import dev.unroll.training.BucketedBatches;
import dev.unroll.training.Sequences;
import dev.unroll.training.Trainer;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The next character of "goodbye": g, o, o, d, b, y are read, and at each step the character that follows is wanted. After
 * the first o comes o and after the second d: the character at hand does not say which, the state does. Source: Elman,
 * "Finding structure in time", 1990, whose networks predict the next letter.
 */
public final class NextCharacter {
    private static final int STEPS = 200;

    private NextCharacter() {}

    /**
     * Trains, and prints for each step what is read, what is wanted, and the probability of each character.
     *
     * @param arguments the word, goodbye if there is none, and the seed, 1 if there is none
     */
    public static void main(String[] arguments) {
        String word = arguments.length > 0 ? arguments[0] : "goodbye";
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        Vocabulary vocabulary = Vocabulary.ofCharacters(word);
        int[] tokens = vocabulary.encode(word);
        long begin = System.nanoTime();
        float[][] y = learn(tokens, vocabulary.size(), STEPS, seed);
        System.out.println("read  wanted  p(" + String.join(")  p(", vocabulary.characters().split("")) + ")");
        for (int t = 0; t < y.length; t++) {
            float[] p = y[t];
            System.out.printf("%-6s%-6s%s%n", vocabulary.token(tokens[t]), vocabulary.token(tokens[t + 1]),
                    IntStream.range(0, p.length).mapToObj(j -> "%6.3f".formatted(p[j])).collect(Collectors.joining()));
        }
        System.out.printf("%d of %d right, target %2$d, the best table without memory %d, %.1f s%n", right(tokens, y),
                y.length, table(tokens, vocabulary.size()), (System.nanoTime() - begin) / 1e9);
    }

    /**
     * Trains a tanh RNN on one word.
     *
     * @return the probabilities of each next character, [T][n_y]
     */
    static float[][] learn(int[] tokens, int size, int steps, long seed) {
        int[] read = Arrays.copyOf(tokens, tokens.length - 1);
        int[] wanted = Arrays.copyOfRange(tokens, 1, tokens.length);
        Sequences word = Sequences.ofTokens(new int[][]{read}).withClasses(new int[][]{wanted});
        try (Network network = Network.builder(size).rnn(8).softmax(size).build(seed, 1);
                Network trained = Trainer.of(network).optimizer(Adam.of(0.02))
                        .fit(BucketedBatches.byLength(word, 1), steps)) {
            return trained.outputs(read);
        }
    }

    /** How often the most probable character is the next one. */
    static int right(int[] tokens, float[][] y) {
        return (int) IntStream.range(0, y.length)
                .filter(t -> IntStream.range(0, y[t].length).allMatch(j -> y[t][j] <= y[t][tokens[t + 1]])).count();
    }

    /** The same of the best function of the character at hand alone: to each its most frequent successor. */
    static int table(int[] tokens, int size) {
        int[][] counts = new int[size][size];
        for (int t = 0; t + 1 < tokens.length; t++) {
            counts[tokens[t]][tokens[t + 1]]++;
        }
        return Arrays.stream(counts).mapToInt(successors -> Arrays.stream(successors).max().orElse(0)).sum();
    }
}
