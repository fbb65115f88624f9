package dev.unroll.models;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.unroll.models.Tokenizer.Words.Letters;
import dev.unroll.models.Tokenizer.Words.LineEnds;
import dev.unroll.models.Vocabulary.Special;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A vocabulary as JSON, and back: {@code {"tokenizer":"words lower-case line-ends","specials":["unknown","end"],"tokens":["the",
 * ...]}}. The tokenizer is {@code characters}, {@code labels}, or {@code words} with what is said of it.
 */
final class VocabularyText {
    private static final String TOKENIZER = "tokenizer";
    private static final String SPECIALS = "specials";
    private static final String TOKENS = "tokens";
    private static final String LOWER = " lower-case";
    private static final String LINE_ENDS = " line-ends";

    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool()).build();

    private VocabularyText() {}

    static String of(Vocabulary vocabulary) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField(TOKENIZER, word(vocabulary.tokenizer()));
            json.writeArrayFieldStart(SPECIALS);
            for (Special special : vocabulary.specials()) {
                json.writeString(word(special));
            }
            json.writeEndArray();
            json.writeArrayFieldStart(TOKENS);
            for (String token : vocabulary.tokens()) {
                json.writeString(token);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static String word(Special special) {
        return special.name().toLowerCase(Locale.ROOT);
    }

    private static String word(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case Tokenizer.Characters() -> "characters";
            case Tokenizer.Labels() -> "labels";
            case Tokenizer.Words(Letters letters, LineEnds lineEnds) ->
                "words" + (letters == Letters.LOWER ? LOWER : "") + (lineEnds == LineEnds.TOKEN ? LINE_ENDS : "");
        };
    }

    /**
     * Reads it back.
     *
     * @throws IllegalArgumentException where it is anything else
     */
    static Vocabulary read(String text) {
        try (JsonParser json = JSON.createParser(text)) {
            check(json.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
            Tokenizer tokenizer = null;
            List<String> specials = null;
            List<String> tokens = null;
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                switch (name) {
                    case TOKENIZER -> tokenizer = tokenizer(json);
                    case SPECIALS -> specials = strings(json, SPECIALS);
                    case TOKENS -> tokens = strings(json, TOKENS);
                    default -> throw new IllegalArgumentException("it has an unknown field " + Vocabulary.quote(name));
                }
            }
            check(json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null, "more follows its object");
            check(tokenizer != null, "it lacks its tokenizer");
            check(specials != null, "it lacks its specials");
            check(tokens != null, "it lacks its tokens");
            Vocabulary vocabulary = new Vocabulary(tokenizer, specials(specials), tokens);
            check(!vocabulary.endsLines() || vocabulary.end().isPresent(), "its line ends are tokens without an 'end'");
            return vocabulary;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("its JSON is refused: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tokenizer tokenizer(JsonParser json) throws IOException {
        check(json.nextToken() == JsonToken.VALUE_STRING, "its tokenizer is no string");
        String word = json.getText();
        return tokenizers().stream().filter(tokenizer -> word(tokenizer).equals(word)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no tokenizer is called " + Vocabulary.quote(word)));
    }

    private static List<Tokenizer> tokenizers() {
        Tokenizer.Words words = Tokenizer.words();
        return List.of(Tokenizer.characters(), Tokenizer.labels(), words, words.lowerCased(), words.endingLines(),
                words.lowerCased().endingLines());
    }

    private static List<String> strings(JsonParser json, String what) throws IOException {
        check(json.nextToken() == JsonToken.START_ARRAY, "its " + what + " are no array");
        List<String> strings = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            check(json.currentToken() == JsonToken.VALUE_STRING, "one of its " + what + " is no string");
            strings.add(json.getText());
        }
        return strings;
    }

    /** Each at most once and in their order: what was written is what is read. */
    private static Set<Special> specials(List<String> words) {
        Set<Special> specials = EnumSet.noneOf(Special.class);
        for (String word : words) {
            Optional<Special> special = Arrays.stream(Special.values()).filter(s -> word(s).equals(word)).findFirst();
            specials.add(special.orElseThrow(
                    () -> new IllegalArgumentException("no special token is called " + Vocabulary.quote(word))));
        }
        check(specials.stream().map(VocabularyText::word).toList().equals(words),
                "its specials are not each once and in order");
        return specials;
    }

    private static void check(boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException(fault);
        }
    }
}
