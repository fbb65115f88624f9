package dev.unroll.examples.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.unroll.models.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a client asks for: {@code {"prompt": "Once", "length": 200, "temperature": 0.7, "seed": 1}}, of which the prompt alone
 * must be there.
 *
 * @param prompt how the text begins: 1 to 4096 characters, no half of a surrogate pair
 * @param length most characters to write, 1 to 10000
 * @param temperature 0 to 2; 0 takes the most probable one
 * @param seed repeats a text; none for another one each time
 */
record CompletionRequest(String prompt, int length, double temperature, OptionalLong seed) {
    static final int MAX_PROMPT = 4096;
    static final int MAX_LENGTH = 10_000;
    private static final double MAX_TEMPERATURE = 2;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(2).build())
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();

    private enum Field {
        PROMPT, LENGTH, TEMPERATURE, SEED;

        private final String key = name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a request.
     *
     * @param body one JSON object in UTF-8
     * @throws RefusedException 400 for anything else, a field that is unknown, there twice, of another type or out of its
     *         range; 413 for a prompt that is too long
     */
    static CompletionRequest parse(byte[] body) throws RefusedException {
        try (JsonParser parser = JSON.createParser(text(body))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("the body is no JSON object");
            }
            CompletionRequest request = object(parser);
            if (parser.nextToken() != null) {
                throw wrong("something follows the JSON object");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw wrong("wrong JSON%s: %s".formatted(where(e.getLocation()), cut(e.getOriginalMessage(), 200)));
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is read but a string", e);
        }
    }

    private static String text(byte[] body) throws RefusedException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException e) {
            throw wrong("the body is not UTF-8");
        }
    }

    private static CompletionRequest object(JsonParser parser) throws IOException, RefusedException {
        String prompt = null;
        int length = 200;
        double temperature = 0.7;
        OptionalLong seed = OptionalLong.empty();
        Set<Field> seen = EnumSet.noneOf(Field.class);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Field field = field(parser.currentName());
            if (!seen.add(field)) {
                throw wrong(field.key + " is there twice");
            }
            JsonToken value = parser.nextToken();
            switch (field) {
                case PROMPT -> prompt = prompt(parser, value);
                case LENGTH -> length = (int) whole(parser, value, field, 1, MAX_LENGTH);
                case TEMPERATURE -> temperature = temperature(parser, value);
                case SEED -> seed = OptionalLong.of(whole(parser, value, field, Long.MIN_VALUE, Long.MAX_VALUE));
            }
        }
        if (prompt == null) {
            throw wrong("prompt is missing");
        }
        return new CompletionRequest(prompt, length, temperature, seed);
    }

    private static Field field(String name) throws RefusedException {
        for (Field field : Field.values()) {
            if (field.key.equals(name)) {
                return field;
            }
        }
        throw wrong("unknown field '%s'; wanted prompt, length, temperature or seed".formatted(cut(name, 40)));
    }

    private static String prompt(JsonParser parser, JsonToken value) throws IOException, RefusedException {
        if (value != JsonToken.VALUE_STRING) {
            throw wrong("prompt is no string");
        }
        String prompt = parser.getText();
        if (prompt.isEmpty()) {
            throw wrong("prompt is empty; wanted one character or more");
        }
        int length = prompt.codePointCount(0, prompt.length());
        if (length > MAX_PROMPT) {
            throw new RefusedException(413,
                    "prompt has %d characters; wanted at most %d".formatted(length, MAX_PROMPT));
        }
        int[] points = prompt.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            if (points[i] >= Character.MIN_SURROGATE && points[i] <= Character.MAX_SURROGATE) {
                throw wrong("prompt has half of a surrogate pair, U+%04X, at position %d".formatted(points[i], i));
            }
        }
        return prompt;
    }

    private static long whole(JsonParser parser, JsonToken value, Field field, long min, long max)
            throws IOException, RefusedException {
        if (value != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(field.key + " is no whole number");
        }
        boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        if (!fits || parser.getLongValue() < min || parser.getLongValue() > max) {
            throw wrong("%s is %s; wanted %d to %d".formatted(field.key, cut(parser.getText(), 40), min, max));
        }
        return parser.getLongValue();
    }

    private static double temperature(JsonParser parser, JsonToken value) throws IOException, RefusedException {
        if (value != JsonToken.VALUE_NUMBER_INT && value != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrong("temperature is no number");
        }
        double temperature = parser.getDoubleValue();
        if (!(temperature >= 0 && temperature <= MAX_TEMPERATURE)) {
            throw wrong("temperature is %s; wanted 0 to 2".formatted(cut(parser.getText(), 40)));
        }
        return temperature;
    }

    /**
     * The prompt as indices.
     *
     * @throws RefusedException 400 for a character that is not known, if there is no {@code <UNK>}
     */
    int[] tokens(Vocabulary vocabulary) throws RefusedException {
        int[] tokens = prompt.codePoints().toArray();
        for (int i = 0; i < tokens.length; i++) {
            int codePoint = tokens[i];
            tokens[i] = vocabulary.indexOf(codePoint);
            if (tokens[i] < 0) {
                int position = i;
                tokens[i] = vocabulary.unknown().orElseThrow(() -> unknown(codePoint, position, vocabulary.size()));
            }
        }
        return tokens;
    }

    private static RefusedException unknown(int codePoint, int position, int size) {
        String shown = Character.isISOControl(codePoint) ? "" : "'" + Character.toString(codePoint) + "' ";
        return wrong("prompt has %sU+%04X at position %d, which is none of the model's %d characters".formatted(shown,
                codePoint, position, size));
    }

    private static RefusedException wrong(String message) {
        return new RefusedException(400, message);
    }

    private static String where(JsonLocation location) {
        return location == null ? "" : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }
}
