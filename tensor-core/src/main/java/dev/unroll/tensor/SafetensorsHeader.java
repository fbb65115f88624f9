package dev.unroll.tensor;

import static dev.unroll.tensor.SafetensorsException.cut;
import static dev.unroll.tensor.SafetensorsException.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, and its two directions: JSON to tensors, tensors to JSON.
 *
 * @param metadata the free text entries
 * @param tensors what lies where, by name, in the order of the data
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, TensorInfo> tensors) {
    /** The one name that no tensor can have. */
    static final String METADATA = "__metadata__";

    // Names stay out of Jackson's shared symbol table: a hostile file could fill it, or make its chains collide.
    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(3).maxNumberLength(20)
                    .maxNameLength(HeaderLimits.TEXT).maxStringLength(HeaderLimits.TEXT).build())
            .build();

    /**
     * Reads and checks a header.
     *
     * @param file the file, for messages
     * @param json the header's bytes, from its first brace to its last padding
     * @param dataBytes size of the data section, which the tensors must fill exactly
     * @throws SafetensorsException for any breach of the format
     */
    static SafetensorsHeader decode(Path file, InputStream json, long dataBytes) throws IOException {
        Reader text = new InputStreamReader(json, StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = JSON.createParser(text)) {
            SafetensorsHeader header = new Decoder(parser).header(dataBytes);
            checkPadding(parser, text);
            return header;
        } catch (CharacterCodingException e) {
            throw new SafetensorsException(file, "the header is not valid UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new SafetensorsException(file, "the header's JSON is refused%s: %s".formatted(where(e.getLocation()),
                    cut(e.getOriginalMessage())), e);
        } catch (IllegalArgumentException e) {
            throw new SafetensorsException(file, e.getMessage(), e);
        }
    }

    private static String where(JsonLocation location) {
        return location == null ? "" : " at character " + location.getCharOffset();
    }

    private static void checkPadding(JsonParser parser, Reader text) throws IOException {
        StringWriter ahead = new StringWriter();
        parser.releaseBuffered(ahead);
        checkSpaces(ahead.toString());
        char[] block = new char[1 << 12];
        for (int count = text.read(block); count >= 0; count = text.read(block)) {
            checkSpaces(CharBuffer.wrap(block, 0, count));
        }
    }

    private static void checkSpaces(CharSequence padding) {
        for (int i = 0; i < padding.length(); i++) {
            if (padding.charAt(i) != ' ') {
                throw new IllegalArgumentException(
                        "character 0x%x follows the header's object; wanted spaces".formatted((int) padding.charAt(i)));
            }
        }
    }

    /**
     * The header as it opens a file: its length in 8 bytes, the JSON, and spaces up to a multiple of 8 bytes.
     *
     * @return the bytes that stand before the data
     * @throws IllegalArgumentException for a header longer than a reader would take
     */
    byte[] encode() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[Long.BYTES]);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            for (TensorInfo tensor : tensors.values()) {
                encode(tensor, json);
            }
            json.writeEndObject();
        }
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        int length = bytes.size() - Long.BYTES;
        if (length > HeaderLimits.BYTES) {
            throw new IllegalArgumentException(
                    "a header of %d bytes; wanted %d at most".formatted(length, HeaderLimits.BYTES));
        }
        byte[] header = bytes.toByteArray();
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        return header;
    }

    private static void encode(TensorInfo tensor, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeArrayFieldStart("shape");
        for (long size : tensor.shape()) {
            json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(tensor.begin());
        json.writeNumber(tensor.end());
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Pulls the tokens of one header in the order that the format allows; any other is an IllegalArgumentException. */
    private static final class Decoder {
        private final JsonParser parser;
        private final HeaderLimits limits = new HeaderLimits();
        private Map<String, String> metadata = Map.of();

        Decoder(JsonParser parser) {
            this.parser = parser;
        }

        SafetensorsHeader header(long dataBytes) throws IOException {
            List<TensorInfo> tensors = new ArrayList<>();
            expect(JsonToken.START_OBJECT, "the header");
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                if (name.equals(METADATA)) {
                    metadata = metadata();
                } else {
                    limits.addTensor(name);
                    tensors.add(tensor(name));
                }
            }
            // Empty tensors come before the one that begins where they do.
            tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
            checkTiling(tensors, dataBytes);
            Map<String, TensorInfo> byName = LinkedHashMap.newLinkedHashMap(tensors.size());
            tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
            return new SafetensorsHeader(metadata, Collections.unmodifiableMap(byName));
        }

        private Map<String, String> metadata() throws IOException {
            Map<String, String> entries = new LinkedHashMap<>();
            expect(JsonToken.START_OBJECT, METADATA);
            for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
                expect(JsonToken.VALUE_STRING, METADATA + " entry " + quote(key));
                String value = parser.getText();
                limits.addMetadata(key, value);
                entries.put(key, value);
            }
            return Collections.unmodifiableMap(entries);
        }

        private TensorInfo tensor(String name) throws IOException {
            String tensor = "tensor " + quote(name);
            DType dtype = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            expect(JsonToken.START_OBJECT, tensor);
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                switch (field) {
                    case "dtype" -> dtype = dtype(tensor);
                    case "shape" -> shape = numbers(tensor + " shape", HeaderLimits.RANK);
                    case "data_offsets" -> offsets = numbers(tensor + " data_offsets", 2);
                    default ->
                        throw new IllegalArgumentException(
                                "%s has an unknown field %s".formatted(tensor, quote(field)));
                }
            }
            check(dtype != null, tensor, "lacks its dtype");
            check(shape != null, tensor, "lacks its shape");
            check(offsets != null && offsets.size() == 2, tensor, "lacks its two data_offsets");
            return new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1));
        }

        private DType dtype(String tensor) throws IOException {
            expect(JsonToken.VALUE_STRING, tensor + " dtype");
            String name = parser.getText();
            for (DType dtype : DType.values()) {
                if (dtype.name().equals(name)) {
                    return dtype;
                }
            }
            throw new IllegalArgumentException("%s has the unknown dtype %s".formatted(tensor, quote(name)));
        }

        private List<Long> numbers(String what, int most) throws IOException {
            List<Long> numbers = new ArrayList<>();
            expect(JsonToken.START_ARRAY, what);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                check(numbers.size() < most, what, "has more than " + most + " entries");
                check(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, what, "has an entry that is no integer");
                numbers.add(number(what));
            }
            return numbers;
        }

        private long number(String what) throws IOException {
            // From the text, since -0 is as negative as -1.
            String digits = parser.getText();
            try {
                check(!digits.startsWith("-"), what, "has a negative entry");
                return Long.parseLong(digits);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("%s has an entry past 2^63-1: %s".formatted(what, cut(digits)), e);
            }
        }

        private void expect(JsonToken wanted, String what) throws IOException {
            check(parser.nextToken() == wanted, what, switch (wanted) {
                case START_OBJECT -> "is no object";
                case START_ARRAY -> "is no array";
                default -> "is no string";
            });
        }

        private static void check(boolean holds, String what, String fault) {
            if (!holds) {
                throw new IllegalArgumentException(what + " " + fault);
            }
        }

        private static void checkTiling(List<TensorInfo> tensors, long dataBytes) {
            long end = 0;
            for (TensorInfo tensor : tensors) {
                if (tensor.begin() != end) {
                    throw new IllegalArgumentException(
                            "tensor %s begins at byte %d of the data; wanted %d, where the one before ends"
                                    .formatted(quote(tensor.name()), tensor.begin(), end));
                }
                end = tensor.end();
            }
            if (end != dataBytes) {
                throw new IllegalArgumentException(
                        "the tensors end at byte %d of the data, the file at %d".formatted(end, dataBytes));
            }
        }
    }
}
