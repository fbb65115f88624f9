package dev.unroll.models;

import java.util.List;

/**
 * A sequence that a {@link BeamSearch} has found.
 *
 * @param tokens w_1 to w_n, without the end token
 * @param logProbability log p(w_1, ..., w_n), natural, with that of the end token where there is one
 * @param score what hypotheses are ranked by: the logProbability divided by the length penalty
 * @param ended whether the end token follows; if not, the sequence was cut at the search's length
 */
public record Hypothesis(List<Integer> tokens, double logProbability, double score, boolean ended) {
    /** Copies the tokens. */
    public Hypothesis {
        tokens = List.copyOf(tokens);
    }

    /**
     * The tokens as an array.
     *
     * @return w_1 to w_n
     */
    public int[] toArray() {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }
}
