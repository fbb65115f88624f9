package dev.unroll.models;

import java.util.Optional;

/**
 * What the numbers that a network reads and writes mean, as far as that is known.
 *
 * @param input of the tokens that it reads
 * @param labels of the classes that it writes, where these are something else than what it reads
 * @param source of the tokens that an encoder reads, where the network is one that goes on from what an encoder has read
 */
public record Vocabularies(Optional<Vocabulary> input, Optional<Vocabulary> labels, Optional<Vocabulary> source) {
    /** Nothing is known. */
    public static final Vocabularies NONE = new Vocabularies(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Those of a network that has one of its input at most.
     *
     * @param input of the tokens that it reads
     * @return the vocabularies
     */
    public static Vocabularies ofInput(Optional<Vocabulary> input) {
        return NONE.withInput(input);
    }

    /**
     * The same, but for the input.
     *
     * @param vocabulary of the tokens that the network reads
     * @return the vocabularies
     */
    public Vocabularies withInput(Optional<Vocabulary> vocabulary) {
        return new Vocabularies(vocabulary, labels, source);
    }

    /**
     * The same, but for the labels.
     *
     * @param vocabulary of the classes that the network writes
     * @return the vocabularies
     */
    public Vocabularies withLabels(Optional<Vocabulary> vocabulary) {
        return new Vocabularies(input, vocabulary, source);
    }

    /**
     * The same, but for the source.
     *
     * @param vocabulary of the tokens that the encoder reads
     * @return the vocabularies
     */
    public Vocabularies withSource(Optional<Vocabulary> vocabulary) {
        return new Vocabularies(input, labels, vocabulary);
    }

    /** Checks that there are as many tokens and labels as a network has. */
    void check(Architecture architecture) {
        check("a vocabulary of %d for an input of %d tokens", input, architecture.input().size());
        architecture.encoder().ifPresent(
                encoder -> check("a vocabulary of %d for a source of %d tokens", source, encoder.input().size()));
        check("%d labels for a head of %d classes", labels, architecture.head().outputSize());
    }

    private static void check(String message, Optional<Vocabulary> vocabulary, int size) {
        vocabulary.filter(v -> v.size() != size).ifPresent(v -> {
            throw new IllegalArgumentException("network: " + message.formatted(v.size(), size));
        });
    }
}
