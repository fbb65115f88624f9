package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TokensTest {
    private static int[] read(Tokens tokens, long from, int count) {
        int[] to = new int[count];
        tokens.read(from, to, 0, count);
        return to;
    }

    @Test
    void anArrayIsKeptNotCopied() {
        int[] array = {3, 1, 4};
        Tokens tokens = Tokens.of(array);
        array[1] = 7;
        assertEquals(3, tokens.count());
        assertArrayEquals(new int[]{3, 7, 4}, read(tokens, 0, 3));
    }

    @Test
    void readingLeavesTheRestOfTheArrayAlone() {
        int[] to = {-1, -1, -1, -1, -1};
        Tokens.of(5, 6, 7, 8).read(1, to, 2, 2);
        assertArrayEquals(new int[]{-1, -1, 6, 7, -1}, to);
    }

    @Test
    void aSliceIsAPartOfTheText() {
        Tokens slice = Tokens.of(5, 6, 7, 8, 9).slice(1, 3);
        assertEquals(3, slice.count());
        assertArrayEquals(new int[]{6, 7, 8}, read(slice, 0, 3));
        assertArrayEquals(new int[]{8}, read(slice, 2, 1));
    }

    @Test
    void aSliceOfASliceIsASliceOfTheWhole() {
        Tokens whole = Tokens.of(5, 6, 7, 8, 9);
        assertEquals(whole.slice(2, 2), whole.slice(1, 4).slice(1, 2));
        assertArrayEquals(new int[]{7, 8}, read(whole.slice(1, 4).slice(1, 2), 0, 2));
    }

    @Test
    void aSliceMayBeEmptyOrAll() {
        Tokens whole = Tokens.of(5, 6);
        assertEquals(0, whole.slice(2, 0).count());
        assertArrayEquals(new int[]{5, 6}, read(whole.slice(0, 2), 0, 2));
    }

    @Test
    void whatIsOutsideIsRefused() {
        Tokens whole = Tokens.of(5, 6, 7);
        Tokens slice = whole.slice(1, 1);
        assertThrows(IndexOutOfBoundsException.class, () -> read(whole, 2, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> read(whole, -1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> read(whole, 1L << 32, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.read(0, new int[2], 1, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> whole.slice(2, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> read(slice, 0, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> read(slice, -1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> slice.slice(0, 2));
    }
}
