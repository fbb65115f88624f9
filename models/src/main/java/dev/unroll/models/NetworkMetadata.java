package dev.unroll.models;

import dev.unroll.tensor.SafetensorsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a network's file says of it beside the weights, in the metadata of a safetensors file: {@code format}, {@code
 * version}, {@code input} ({@code one-hot 65}, {@code embedding 10000 200} or {@code features 7}, or several joined by {@code +}), {@code layers} ({@code
 * lstm 256; dropout 0.5, lstm 256}), {@code head} ({@code softmax 65}, {@code sigmoid 3} or {@code linear 1}, then {@code last-step}, {@code tied}) and, if there is one, {@code vocabulary}: its characters as one
 * text.
 *
 * @param architecture what the network is made of
 * @param vocabulary what its tokens mean, if they are characters
 */
public record NetworkMetadata(Architecture architecture, Optional<Vocabulary> vocabulary) {
    private static final String FORMAT = "unroll-network";
    private static final String VERSION = "2";
    /** Version 1 had cells without options alone, in the same words. */
    private static final List<String> READ = List.of("1", VERSION);

    /**
     * Checks that the vocabulary fits the input.
     *
     * @throws IllegalArgumentException where it has another size
     */
    public NetworkMetadata {
        int size = architecture.input().size();
        vocabulary.filter(v -> v.size() != size).ifPresent(v -> {
            throw new IllegalArgumentException(
                    "network: a vocabulary of %d for an input of %d tokens".formatted(v.size(), size));
        });
    }

    /**
     * As the entries of a file's metadata.
     *
     * @return names and texts
     */
    public Map<String, String> toMap() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("format", FORMAT);
        entries.put("version", VERSION);
        entries.put("input", InputText.of(architecture.input()));
        entries.put("layers", LayerText.of(architecture.layers()));
        entries.put("head", HeadText.of(architecture.head()));
        vocabulary.ifPresent(v -> entries.put("vocabulary", v.characters()));
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
            Optional<String> characters = Optional.ofNullable(metadata.get("vocabulary"));
            return new NetworkMetadata(architecture, characters.map(NetworkMetadata::vocabulary));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new SafetensorsException(file, "its metadata is damaged: " + e.getMessage(), e);
        }
    }

    /** Each character once and in order: what was written is what is read. */
    private static Vocabulary vocabulary(String characters) {
        Vocabulary vocabulary = Vocabulary.ofCharacters(characters);
        if (!vocabulary.characters().equals(characters)) {
            throw new IllegalArgumentException("the vocabulary's characters are not each once and in order");
        }
        return vocabulary;
    }

    private static Architecture architecture(Map<String, String> metadata) {
        Input input = InputText.read(value(metadata, "input"));
        Stack stack = new Stack(LayerText.read(value(metadata, "layers"), input.width()));
        return new Architecture(input, stack, HeadText.read(value(metadata, "head"), stack.outputSize()));
    }

    private static String value(Map<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException("there is no '" + key + "'");
        }
        return value;
    }
}
