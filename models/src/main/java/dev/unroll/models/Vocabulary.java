package dev.unroll.models;

import java.util.Arrays;

/**
 * The characters that a network knows, each with an index: Unicode code points in ascending order.
 */
public final class Vocabulary {
    private final int[] codePoints;

    private Vocabulary(int[] codePoints) {
        this.codePoints = codePoints;
    }

    /**
     * The characters of a text.
     *
     * @param text any text, not empty
     * @return its characters, each once
     * @throws IllegalArgumentException where the text is empty, or has half of a surrogate pair, which is no character
     */
    public static Vocabulary ofCharacters(String text) {
        int[] codePoints = text.codePoints().distinct().sorted().toArray();
        if (codePoints.length == 0) {
            throw new IllegalArgumentException("vocabulary: the text is empty; wanted at least one character");
        }
        for (int codePoint : codePoints) {
            if (Character.getType(codePoint) == Character.SURROGATE) {
                throw new IllegalArgumentException(
                        "vocabulary: U+%04X is half of a surrogate pair, not a character".formatted(codePoint));
            }
        }
        return new Vocabulary(codePoints);
    }

    /**
     * Number of characters.
     *
     * @return n
     */
    public int size() {
        return codePoints.length;
    }

    /**
     * The index of a character.
     *
     * @param codePoint a Unicode code point
     * @return its index, or -1 where it is not known
     */
    public int indexOf(int codePoint) {
        int index = Arrays.binarySearch(codePoints, codePoint);
        return index < 0 ? -1 : index;
    }

    /**
     * A text as indices.
     *
     * @param text any text
     * @return one index a code point
     * @throws IllegalArgumentException for a character that is not known; the message says which and where
     */
    public int[] encode(String text) {
        int[] points = text.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            int index = indexOf(points[i]);
            if (index < 0) {
                throw new IllegalArgumentException("encode: the character %s at position %d is none of the %d known"
                        .formatted(name(points[i]), i, size()));
            }
            points[i] = index;
        }
        return points;
    }

    private static String name(int codePoint) {
        return (Character.isISOControl(codePoint) ? "" : "'" + Character.toString(codePoint) + "' ")
                + "U+%04X".formatted(codePoint);
    }

    /**
     * The character of an index.
     *
     * @param index 0 to size
     * @return the character, one code point
     * @throws IndexOutOfBoundsException for any other index
     */
    public String token(int index) {
        return Character.toString(codePoints[index]);
    }

    /**
     * All characters.
     *
     * @return them in order, as one text
     */
    public String characters() {
        return new String(codePoints, 0, codePoints.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vocabulary that && Arrays.equals(codePoints, that.codePoints);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(codePoints);
    }

    @Override
    public String toString() {
        return "Vocabulary of " + size() + " characters";
    }
}
