package dev.unroll.tensor;

import static dev.unroll.tensor.SafetensorsException.quote;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What one safetensors header may hold, counted while it is read or gathered. The limits bound what a header costs on the
 * heap to less than 256 MB, whoever wrote it; reader and writer share them, so that what is written can be read.
 */
final class HeaderLimits {
    /** Longest header, in bytes; the reference implementation's limit. */
    static final long BYTES = 100_000_000;
    /** Most tensors, and most metadata entries. */
    static final int ENTRIES = 100_000;
    /** Most dimensions of a tensor. */
    static final int RANK = 32;
    /** Most text over all names and metadata values, in UTF-16 units. */
    static final int TEXT = 1 << 24;

    private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    private int tensors;
    private int metadata;
    private long text;

    /**
     * Counts a tensor.
     *
     * @throws IllegalArgumentException where it is one too many, or its name no text
     */
    void addTensor(String name) {
        if (++tensors > ENTRIES) {
            throw new IllegalArgumentException("more than %d tensors".formatted(ENTRIES));
        }
        addText(name);
    }

    /**
     * Counts a metadata entry.
     *
     * @throws IllegalArgumentException where it is one too many, or key or value no text
     */
    void addMetadata(String key, String value) {
        if (++metadata > ENTRIES) {
            throw new IllegalArgumentException("more than %d metadata entries".formatted(ENTRIES));
        }
        addText(key);
        addText(value);
    }

    private void addText(String piece) {
        if (!utf8.canEncode(piece)) {
            throw new IllegalArgumentException(
                    "%s has half a surrogate pair, which UTF-8 cannot hold".formatted(quote(piece)));
        }
        text += piece.length();
        if (text > TEXT) {
            throw new IllegalArgumentException("names and metadata of more than %d characters".formatted(TEXT));
        }
    }
}
