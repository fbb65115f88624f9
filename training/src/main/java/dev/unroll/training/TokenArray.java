package dev.unroll.training;

import java.util.Objects;

/** A text in an array. */
final class TokenArray implements Tokens {
    private final int[] tokens;

    TokenArray(int[] tokens) {
        this.tokens = Objects.requireNonNull(tokens, "tokens");
    }

    @Override
    public long count() {
        return tokens.length;
    }

    @Override
    public void read(long from, int[] to, int at, int count) {
        Objects.checkFromIndexSize(from, count, count());
        Objects.checkFromIndexSize(at, count, to.length);
        System.arraycopy(tokens, (int) from, to, at, count);
    }
}
