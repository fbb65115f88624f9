package dev.unroll.models;

import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks for the sequence of the greatest log p(w_1, ..., w_n) / ((5 + n)/6)^α: settings for {@link Continuation#search}.
 *
 * <p>At each step every hypothesis at hand is continued with every token, and of all these the width most probable ones are
 * kept. One that ends, with the end token, is put aside; what is left at the greatest length is cut there. n counts the tokens
 * with the end token. Width 1 is greedy: it takes the most probable token each time.
 *
 * <p>A longer sequence is never more probable than its beginning, so α = 0 favours short ones; the greater α, the less. The
 * search is over when nothing that is left can come before the width best that have ended.
 *
 * <p>Of equals the shorter one comes first, then the one with the smaller token at the first place where they differ.
 *
 * <p>Source of the length penalty: Wu et al., "Google's neural machine translation system", 2016.
 *
 * @param width number of hypotheses at hand, and at most returned
 * @param length greatest n
 * @param end the token that ends a sequence, if there is one
 * @param lengthPenalty α, 0 or more; 0.6 to 1 are usual
 * @param never tokens that are not taken; the probabilities of the others stay as they are
 */
public record BeamSearch(int width, int length, OptionalInt end, double lengthPenalty, Set<Integer> never) {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException where width or length is below 1, or the length penalty negative, NaN or infinite
     * @throws IndexOutOfBoundsException where a token is negative
     */
    public BeamSearch {
        Sizes.check("beam search", "width", width);
        Sizes.check("beam search", "length", length);
        if (!(lengthPenalty >= 0 && lengthPenalty < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "beam search: lengthPenalty is %s; wanted 0 or more".formatted(lengthPenalty));
        }
        end.ifPresent(token -> check("end", token));
        never.forEach(token -> check("never", token));
        never = Set.copyOf(never);
    }

    private static void check(String name, int token) {
        if (token < 0) {
            throw new IndexOutOfBoundsException("beam search: %s %d; wanted 0 or more".formatted(name, token));
        }
    }

    /**
     * A search without an end token and without a length penalty.
     *
     * @param width number of hypotheses, 1 or more
     * @param length number of tokens, 1 or more
     * @return settings
     * @throws IllegalArgumentException where one is below 1
     */
    public static BeamSearch of(int width, int length) {
        return new BeamSearch(width, length, OptionalInt.empty(), 0, Set.of());
    }

    /**
     * With an end token.
     *
     * @param token which ends a sequence
     * @return new settings
     * @throws IndexOutOfBoundsException where it is negative
     */
    public BeamSearch end(int token) {
        return new BeamSearch(width, length, OptionalInt.of(token), lengthPenalty, never);
    }

    /**
     * With a length penalty.
     *
     * @param alpha α, 0 or more
     * @return new settings
     * @throws IllegalArgumentException where it is negative, NaN or infinite
     */
    public BeamSearch lengthPenalty(double alpha) {
        return new BeamSearch(width, length, end, alpha, never);
    }

    /**
     * Without some tokens, and without those that were excluded before.
     *
     * @param tokens that are not taken
     * @return new settings
     * @throws IndexOutOfBoundsException where one is negative
     */
    public BeamSearch never(int... tokens) {
        Set<Integer> all = new TreeSet<>(never);
        for (int token : tokens) {
            all.add(token);
        }
        return new BeamSearch(width, length, end, lengthPenalty, all);
    }

    /** log p / ((5 + n)/6)^α. */
    double score(double logProbability, int n) {
        return logProbability / Math.pow((5.0 + n) / 6, lengthPenalty);
    }
}
