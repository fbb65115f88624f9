package dev.unroll.models;

import dev.unroll.tensor.SafetensorsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a network's file says of it beside the weights, in the metadata of a safetensors file: {@code format}, {@code
 * version}, {@code input} ({@code one-hot 65}, {@code embedding 10000 200} or {@code features 7}, or several joined by {@code
 * +}), {@code layers} ({@code lstm 256; dropout 0.5, lstm 256}), {@code head} ({@code softmax 65}, {@code sigmoid 3} or {@code
 * linear 1}, then {@code last-step}, {@code tied}) and, if there are any, {@code encoder.input}, {@code encoder.layers}, {@code attention}, {@code vocabulary}, {@code labels} and {@code
 * source}: in version 3 as JSON, {@code {"tokenizer":"words lower-case","specials":["unknown"],"tokens":["the","of"]}}. A
 * network of which version 2 can say everything is written so: its vocabulary, of characters alone, is these as one text.
 *
 * @param architecture what the network is made of
 * @param vocabularies what the numbers that it reads and writes mean
 */
public record NetworkMetadata(Architecture architecture, Vocabularies vocabularies) {
    private static final String FORMAT = "unroll-network";
    private static final String VERSION = "3";
    /** It knew vocabularies of the input's characters alone. */
    private static final String PLAIN_VERSION = "2";
    /** Version 1 had cells without options alone, in the same words. */
    private static final List<String> READ = List.of("1", PLAIN_VERSION, VERSION);
    private static final String ENCODER_INPUT = "encoder.input";
    private static final String ENCODER_LAYERS = "encoder.layers";
    private static final String ATTENTION = "attention";
    private static final String VOCABULARY = "vocabulary";
    private static final String LABELS = "labels";
    private static final String SOURCE = "source";

    /**
     * Checks that vocabulary and labels fit input and head.
     *
     * @throws IllegalArgumentException where one has another size
     */
    public NetworkMetadata {
        vocabularies.check(architecture);
    }

    /** Whether version 2 can say it. */
    private boolean isPlain() {
        Head head = architecture.head();
        return head.equals(new Head(head.kind(), head.inputSize(), head.outputSize()))
                && !(architecture.input() instanceof Input.Joined) && architecture.encoder().isEmpty()
                && vocabularies.labels().isEmpty() && vocabularies.source().isEmpty()
                && vocabularies.input().flatMap(Vocabulary::plainCharacters).isPresent() == vocabularies.input()
                        .isPresent();
    }

    /**
     * As the entries of a file's metadata.
     *
     * @return names and texts
     */
    public Map<String, String> toMap() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("format", FORMAT);
        entries.put("version", isPlain() ? PLAIN_VERSION : VERSION);
        entries.put("input", InputText.of(architecture.input()));
        entries.put("layers", LayerText.of(architecture.layers()));
        entries.put("head", HeadText.of(architecture.head()));
        architecture.encoder().ifPresent(encoder -> {
            entries.put(ENCODER_INPUT, InputText.of(encoder.input()));
            entries.put(ENCODER_LAYERS, LayerText.of(encoder.stack().layers()));
            entries.put(ATTENTION, word(encoder.attention()));
        });
        if (isPlain()) {
            vocabularies.input().ifPresent(v -> entries.put(VOCABULARY, v.characters()));
        } else {
            vocabularies.input().ifPresent(v -> entries.put(VOCABULARY, VocabularyText.of(v)));
            vocabularies.labels().ifPresent(v -> entries.put(LABELS, VocabularyText.of(v)));
            vocabularies.source().ifPresent(v -> entries.put(SOURCE, VocabularyText.of(v)));
        }
        return entries;
    }

    /**
     * Reads it back.
     *
     * @param file for messages
     * @param metadata a file's
     * @return what it says
     * @throws SafetensorsException where it is not a network's, or of a version that is not known, or damaged
     */
    public static NetworkMetadata read(Path file, Map<String, String> metadata) throws SafetensorsException {
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new SafetensorsException(file, "it is no Unroll network: its metadata has no format=" + FORMAT);
        }
        if (!READ.contains(metadata.getOrDefault("version", ""))) {
            throw new SafetensorsException(file, "it is of version %s; this Unroll reads versions 1 to %s"
                    .formatted(metadata.get("version"), VERSION));
        }
        try {
            Architecture architecture = architecture(metadata);
            architecture.parameterShapes(); // Sizes whose product is past 2^31 are found here.
            return new NetworkMetadata(architecture, vocabularies(metadata));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new SafetensorsException(file, "its metadata is damaged: " + e.getMessage(), e);
        }
    }

    private static Vocabularies vocabularies(Map<String, String> metadata) {
        if (!metadata.get("version").equals(VERSION)) {
            return Vocabularies.ofInput(Optional.ofNullable(metadata.get(VOCABULARY)).map(NetworkMetadata::characters));
        }
        return new Vocabularies(vocabulary(metadata, VOCABULARY), vocabulary(metadata, LABELS),
                vocabulary(metadata, SOURCE));
    }

    private static Optional<Vocabulary> vocabulary(Map<String, String> metadata, String key) {
        try {
            return Optional.ofNullable(metadata.get(key)).map(VocabularyText::read);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'%s': %s".formatted(key, e.getMessage()), e);
        }
    }

    /** Each character once and in order: what was written is what is read. */
    private static Vocabulary characters(String characters) {
        Vocabulary vocabulary = Vocabulary.ofCharacters(characters);
        if (!vocabulary.characters().equals(characters)) {
            throw new IllegalArgumentException("the vocabulary's characters are not each once and in order");
        }
        return vocabulary;
    }

    private static Architecture architecture(Map<String, String> metadata) {
        Input input = InputText.read(value(metadata, "input"));
        Stack stack = new Stack(LayerText.read(value(metadata, "layers"), input.width()));
        return new Architecture(input, stack, HeadText.read(value(metadata, "head"), stack.outputSize()),
                Stream.of(ENCODER_INPUT, ENCODER_LAYERS, ATTENTION).anyMatch(metadata::containsKey)
                        ? Optional.of(encoder(metadata))
                        : Optional.empty());
    }

    private static Encoder encoder(Map<String, String> metadata) {
        Input input = InputText.read(value(metadata, ENCODER_INPUT));
        Stack stack = new Stack(LayerText.read(value(metadata, ENCODER_LAYERS), input.width()));
        String attention = value(metadata, ATTENTION);
        return new Encoder(input, stack, Arrays.stream(Encoder.Attention.values())
                .filter(a -> word(a).equals(attention)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no attention is called '" + attention + "'")));
    }

    private static String word(Encoder.Attention attention) {
        return attention.name().toLowerCase(Locale.ROOT);
    }

    private static String value(Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException("there is no '" + key + "'");
        }
        return value;
    }
}
