package dev.unroll.models;

import java.util.Arrays;

/**
 * Tokens as indices, of a text that comes in any number of pieces: a sink of the vocabulary's own tokenizer.
 */
public final class TokenEncoder implements Tokenizer.Sink {
    private final Vocabulary vocabulary;
    private final String where;
    private int[] indices = new int[64];
    private int count;
    private long taken;

    /**
     * At the beginning of a text.
     *
     * @param vocabulary the tokens that are known
     * @param where what is put behind the position in a message, {@code " of book.txt"} for one
     */
    public TokenEncoder(Vocabulary vocabulary, String where) {
        this.vocabulary = vocabulary;
        this.where = where;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException where it is not known and the vocabulary has no {@code <UNK>}; the message says which
     *         and where
     */
    @Override
    public void token(String token) {
        int index = vocabulary.indexOf(token);
        add(index < 0 ? vocabulary.unknown(token, taken + count, where) : index);
    }

    @Override
    public void lineEnd() {
        vocabulary.end().ifPresent(this::add);
    }

    private void add(int index) {
        if (count == indices.length) {
            indices = Arrays.copyOf(indices, Math.addExact(count, count));
        }
        indices[count++] = index;
    }

    /**
     * What came since the last time.
     *
     * @return one index a token
     */
    public int[] take() {
        int[] all = Arrays.copyOf(indices, count);
        taken += count;
        count = 0;
        return all;
    }
}
