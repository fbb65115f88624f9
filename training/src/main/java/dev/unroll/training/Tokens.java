package dev.unroll.training;

import java.util.Objects;

/**
 * A long text of tokens, token 0 to {@link #count}. Where the tokens lie is not said: in an array, in a mapped file ({@link
 * TokenFile}), or in a part of either.
 *
 * <p>Several threads may read one text.
 */
public interface Tokens {
    /**
     * Length of the text.
     *
     * @return number of tokens, 0 or more
     */
    long count();

    /**
     * to[at + k] = token from + k, for k below {@code count}.
     *
     * @param from first token
     * @param to what is written
     * @param at first index there
     * @param count number of tokens
     * @throws IndexOutOfBoundsException where the text has no such tokens, or the array no such room
     */
    void read(long from, int[] to, int at, int count);

    /**
     * A part of the text, as a view.
     *
     * @param from its first token
     * @param count its length
     * @return token k of it is token from + k of this
     * @throws IndexOutOfBoundsException where the text has no such part
     */
    default Tokens slice(long from, long count) {
        Objects.checkFromIndexSize(from, count, count());
        return new TokenSlice(this, from, count);
    }

    /**
     * A text in memory.
     *
     * @param tokens the text; kept, not copied
     * @return the text
     */
    static Tokens of(int... tokens) {
        return new TokenArray(tokens);
    }
}
