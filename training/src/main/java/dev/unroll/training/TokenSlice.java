package dev.unroll.training;

import java.util.Objects;

/** A part of a text: token k is token begin + k of the whole. */
record TokenSlice(Tokens whole, long begin, long count) implements Tokens {
    @Override
    public void read(long from, int[] to, int at, int size) {
        Objects.checkFromIndexSize(from, size, count);
        whole.read(begin + from, to, at, size);
    }

    /** Of the whole, so that a slice of slices is no longer a way than a slice. */
    @Override
    public Tokens slice(long from, long size) {
        Objects.checkFromIndexSize(from, size, count);
        return new TokenSlice(whole, begin + from, size);
    }
}
