package dev.unroll.tensor;

import static dev.unroll.tensor.RawSafetensors.entry;
import static dev.unroll.tensor.RawSafetensors.file;
import static dev.unroll.tensor.RawSafetensors.refusal;
import static dev.unroll.tensor.RawSafetensors.tensor;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of the format, broken once: each breach is refused with the file's name and the fault. */
class DamagedSafetensorsTest {
    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("hostile.safetensors");
    }

    /** A file's bytes, and a piece of the message that they deserve. */
    static final class Damage {
        private final String name;
        private final byte[] bytes;
        private final String fault;

        Damage(String name, byte[] bytes, String fault) {
            this.name = name;
            this.bytes = bytes;
            this.fault = fault;
        }

        Damage(String name, String header, String fault) {
            this(name, file(header), fault);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static String two(long begin, long end, long secondBegin, long secondEnd) {
        return ("{\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}").formatted(end - begin, begin,
                        end,
                        secondEnd - secondBegin, secondBegin, secondEnd);
    }

    static Stream<Damage> lengths() {
        byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
        return Stream.of(new Damage("an empty file", new byte[0], "is 0 bytes long"),
                new Damage("seven bytes", new byte[7], "is 7 bytes long"),
                new Damage("a length alone", new byte[8], "is 8 bytes long"),
                new Damage("a header of nothing", file(0, empty), "is no object"),
                new Damage("a header of one byte", file(1, empty), "JSON is refused"),
                new Damage("a length one too long", file(3, empty), "claims a header of 3 bytes; only 2 follow"),
                new Damage("a length of 100 MB", file(100_000_000, empty),
                        "claims a header of 100000000 bytes; only 2"),
                new Damage("a length of 100 MB and one", file(100_000_001, empty), "100000001 bytes; wanted 100000000"),
                new Damage("a length past an int", file((1L << 32) + 2, empty), "4294967298 bytes; wanted 100000000"),
                new Damage("a length of 2^63-1", file(Long.MAX_VALUE, empty), "9223372036854775807 bytes"),
                new Damage("a length of 2^64-1", file(-1, empty), "18446744073709551615 bytes"),
                new Damage("a length of 2^63", file(Long.MIN_VALUE, empty), "9223372036854775808 bytes"),
                new Damage("another format", "PK\3\4 and so on, as zip files are".getBytes(StandardCharsets.UTF_8),
                        "claims a header of"));
    }

    static Stream<Damage> json() {
        byte[] notUtf8 = "{\"__metadata__\":{\"k\":\"?\"}}".getBytes(StandardCharsets.UTF_8);
        notUtf8["{\"__metadata__\":{\"k\":\"".length()] = (byte) 0xff;
        byte[] overlong = "{\"__metadata__\":{\"k\":\"??\"}}".getBytes(StandardCharsets.UTF_8);
        overlong["{\"__metadata__\":{\"k\":\"".length()] = (byte) 0xc0;
        overlong["{\"__metadata__\":{\"k\":\"".length() + 1] = (byte) 0x80;
        String deep = "[".repeat(100_000);
        return Stream.of(new Damage("no JSON", "not json", "byte 0x6e; wanted 0x7b"),
                new Damage("an array", "[]", "byte 0x5b; wanted 0x7b"),
                new Damage("a byte order mark", "\ufeff{}", "byte 0xef; wanted 0x7b"),
                new Damage("a space before the object", " {}", "byte 0x20; wanted 0x7b"),
                new Damage("UTF-16", file("{}".getBytes(StandardCharsets.UTF_16LE)), "JSON is refused"),
                new Damage("a byte that is no UTF-8", file(notUtf8), "the header is not valid UTF-8"),
                new Damage("an overlong zero", file(overlong), "the header is not valid UTF-8"),
                new Damage("UTF-8 cut short", file(Arrays.copyOf(notUtf8, 23)), "the header is not valid UTF-8"),
                new Damage("half a surrogate pair", "{\"__metadata__\":{\"k\":\"\\ud800\"}}", "surrogate"),
                new Damage("half a surrogate pair in a name", "{\"\\udc00\":{}}", "surrogate"),
                new Damage("an open object", "{", "JSON is refused at character 1"),
                new Damage("an open string", "{\"", "JSON is refused"), new Damage("a lone name", "{\"a\"}", "refused"),
                new Damage("a comma too many", "{\"__metadata__\":{},}", "JSON is refused"),
                new Damage("a comment", "{/**/}", "JSON is refused"),
                new Damage("single quotes", "{'__metadata__':{}}", "JSON is refused"),
                new Damage("a control character in a string", "{\"__metadata__\":{\"k\":\"\n\"}}", "JSON is refused"),
                new Damage("an unknown escape", "{\"__metadata__\":{\"k\":\"\\x\"}}", "JSON is refused"),
                new Damage("a second object", "{}{}", "character 0x7b follows the header's object"),
                new Damage("a newline after the object", "{}\n", "character 0xa follows the header's object"),
                new Damage("a zero after the object", "{}\0", "character 0x0 follows the header's object"),
                new Damage("spaces and then a brace", "{}" + " ".repeat(20_000) + "}", "character 0x7d follows"),
                new Damage("arrays 100000 deep", "{\"t\":" + deep, "tensor 't' is no object"),
                new Damage("objects 100000 deep", "{\"t\":".repeat(100_000), "tensor 't' has an unknown field 't'"),
                new Damage("metadata 100000 deep", "{\"__metadata__\":" + deep, "__metadata__ is no object"),
                new Damage("a shape 100000 deep", entry("\"F32\"", deep, "[0,0]"), "JSON is refused"),
                new Damage("tokens in the middle of nowhere", "{\"t\":}", "JSON is refused"));
    }

    static Stream<Damage> duplicates() {
        String tensor = "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
        return Stream.of(
                new Damage("a tensor twice", "{\"t\":%s,\"t\":%s}".formatted(tensor, tensor), "Duplicate"),
                new Damage("a tensor twice, once escaped", "{\"t\":%s,\"\\u0074\":%s}".formatted(tensor, tensor),
                        "Duplicate"),
                new Damage("metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}", "Duplicate"),
                new Damage("a metadata key twice", "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "Duplicate"),
                new Damage("a dtype twice", "{\"t\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", "Duplicate"),
                new Damage("a shape twice", "{\"t\":{\"shape\":[],\"shape\":[]}}", "Duplicate"),
                new Damage("offsets twice", "{\"t\":{\"data_offsets\":[0,1],\"data_offsets\":[0,1]}}", "Duplicate"));
    }

    static Stream<Damage> fields() {
        return Stream.of(new Damage("a tensor of nothing", "{\"t\":{}}", "tensor 't' lacks its dtype"),
                new Damage("no dtype", "{\"t\":{\"shape\":[],\"data_offsets\":[0,1]}}", "lacks its dtype"),
                new Damage("no shape", "{\"t\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", "lacks its shape"),
                new Damage("no offsets", "{\"t\":{\"dtype\":\"U8\",\"shape\":[]}}", "lacks its two data_offsets"),
                new Damage("one offset", entry("\"U8\"", "[]", "[0]"), "lacks its two data_offsets"),
                new Damage("three offsets", entry("\"U8\"", "[]", "[0,1,1]"), "data_offsets has more than 2 entries"),
                new Damage("an unknown field", "{\"t\":{\"stride\":[1]}}", "tensor 't' has an unknown field 'stride'"),
                new Damage("a field in capitals", "{\"t\":{\"DType\":\"U8\"}}",
                        "tensor 't' has an unknown field 'DType'"),
                new Damage("a tensor that is a number", "{\"t\":1}", "tensor 't' is no object"),
                new Damage("a tensor that is null", "{\"t\":null}", "tensor 't' is no object"),
                new Damage("an unknown dtype", entry("\"F128\"", "[]", "[0,1]"), "unknown dtype 'F128'"),
                new Damage("a dtype in small letters", entry("\"u8\"", "[]", "[0,1]"), "unknown dtype 'u8'"),
                new Damage("a dtype that is a number", entry("8", "[]", "[0,1]"), "dtype is no string"),
                new Damage("a dtype that is null", entry("null", "[]", "[0,1]"), "dtype is no string"),
                new Damage("a shape that is an object", entry("\"U8\"", "{}", "[0,1]"), "shape is no array"),
                new Damage("a shape that is a number", entry("\"U8\"", "1", "[0,1]"), "shape is no array"),
                new Damage("a shape of strings", entry("\"U8\"", "[\"1\"]", "[0,1]"), "entry that is no integer"),
                new Damage("a shape of truth values", entry("\"U8\"", "[true]", "[0,1]"), "entry that is no integer"),
                new Damage("a shape of arrays", entry("\"U8\"", "[[1]]", "[0,1]"), "JSON is refused"),
                new Damage("offsets that are null", entry("\"U8\"", "[]", "null"), "data_offsets is no array"),
                new Damage("metadata that is null", "{\"__metadata__\":null}", "__metadata__ is no object"),
                new Damage("metadata that is a string", "{\"__metadata__\":\"\"}", "__metadata__ is no object"),
                new Damage("metadata of numbers", "{\"__metadata__\":{\"k\":1}}",
                        "__metadata__ entry 'k' is no string"),
                new Damage("metadata of objects", "{\"__metadata__\":{\"k\":{}}}",
                        "__metadata__ entry 'k' is no string"),
                new Damage("metadata of null", "{\"__metadata__\":{\"k\":null}}",
                        "__metadata__ entry 'k' is no string"));
    }

    static Stream<Damage> numbers() {
        return Stream.of(new Damage("a negative size", entry("\"U8\"", "[-1]", "[0,1]"), "shape has a negative entry"),
                new Damage("two negative sizes", entry("\"U8\"", "[-1,-1]", "[0,1]"), "shape has a negative entry"),
                new Damage("a negative zero", entry("\"U8\"", "[-0]", "[0,0]"), "shape has a negative entry"),
                new Damage("a negative offset", entry("\"U8\"", "[1]", "[-1,0]"), "data_offsets has a negative entry"),
                new Damage("a fraction", entry("\"U8\"", "[1.5]", "[0,1]"), "shape has an entry that is no integer"),
                new Damage("a whole fraction", entry("\"U8\"", "[1.0]", "[0,1]"),
                        "shape has an entry that is no integer"),
                new Damage("an exponent", entry("\"U8\"", "[1e0]", "[0,1]"), "shape has an entry that is no integer"),
                new Damage("a huge exponent", entry("\"U8\"", "[1e999999999]", "[0,1]"), "entry that is no integer"),
                new Damage("a leading zero", entry("\"U8\"", "[01]", "[0,1]"), "JSON is refused"),
                new Damage("a plus sign", entry("\"U8\"", "[+1]", "[0,1]"), "JSON is refused"),
                new Damage("NaN", entry("\"U8\"", "[NaN]", "[0,1]"), "JSON is refused"),
                new Damage("Infinity", entry("\"U8\"", "[Infinity]", "[0,1]"), "JSON is refused"),
                new Damage("2^63", entry("\"U8\"", "[9223372036854775808]", "[0,1]"), "entry past 2^63-1"),
                new Damage("2^64 + 1", entry("\"U8\"", "[1]", "[0,18446744073709551617]"), "entry past 2^63-1"),
                new Damage("a thousand digits", entry("\"U8\"", "[" + "9".repeat(1000) + "]", "[0,1]"),
                        "JSON is refused"),
                new Damage("a million digits", entry("\"U8\"", "[" + "9".repeat(1_000_000) + "]", "[0,1]"),
                        "JSON is refused"),
                new Damage("a shape of 2^64 elements", entry("\"U8\"", "[4611686018427387904,4]", "[0,0]"),
                        "is past 2^63 bytes"),
                new Damage("a shape that overflows to 2", entry("\"U8\"", "[9223372036854775807,2,9223372036854775807]",
                        "[0,2]"), "is past 2^63 bytes"),
                new Damage("a shape that overflows before a zero",
                        entry("\"U8\"", "[4611686018427387904,4,0]", "[0,0]"),
                        "is past 2^63 bytes"),
                new Damage("a shape whose bytes overflow", entry("\"F64\"", "[2305843009213693952]", "[0,0]"),
                        "is past 2^63 bytes"),
                new Damage("33 dimensions", entry("\"U8\"", Arrays.toString(new int[33]), "[0,0]"),
                        "shape has more than 32 entries"));
    }

    static Stream<Damage> places() {
        byte[] data = new byte[8];
        return Stream.of(
                new Damage("offsets reversed", file(entry("\"U8\"", "[8]", "[8,0]"), data), "wanted 0 <= begin <= end"),
                new Damage("a span too short", file(entry("\"F32\"", "[2]", "[0,7]"), data), "takes 8 bytes"),
                new Damage("a span too long", file(entry("\"F32\"", "[1]", "[0,8]"), data), "takes 4 bytes"),
                new Damage("a span for a scalar of none", file(entry("\"F32\"", "[]", "[0,0]"), data), "takes 4 bytes"),
                new Damage("data before the first tensor", file(entry("\"U8\"", "[7]", "[1,8]"), data),
                        "wanted 0, where"),
                new Damage("data after the last tensor", file(entry("\"U8\"", "[7]", "[0,7]"), data), "the file at 8"),
                new Damage("data and no tensor", file("{}", data), "end at byte 0 of the data, the file at 8"),
                new Damage("a tensor past the file", file(entry("\"U8\"", "[9]", "[0,9]"), data), "the file at 8"),
                new Damage("a tensor far past the file",
                        file(entry("\"U8\"", "[9223372036854775807]", "[0,9223372036854775807]"), data),
                        "end at byte 9223372036854775807 of the data"),
                new Damage("an overlap", file(two(0, 5, 4, 8), data), "'b' begins at byte 4 of the data; wanted 5"),
                new Damage("an overlap, backwards", file(two(4, 8, 0, 5), data), "'a' begins at byte 4"),
                new Damage("two tensors in one place", file(two(0, 8, 0, 8), data),
                        "begins at byte 0 of the data; wanted 8"),
                new Damage("one tensor within another", file(two(0, 8, 2, 4), data), "begins at byte 2"),
                new Damage("an empty tensor within another", file(two(0, 8, 2, 2), data), "begins at byte 2"),
                new Damage("a gap", file(two(0, 3, 4, 8), data), "'b' begins at byte 4 of the data; wanted 3"),
                new Damage("an empty tensor past the end", file(two(0, 8, 9, 9), data), "begins at byte 9"));
    }

    @ParameterizedTest
    @MethodSource({"lengths", "json", "duplicates", "fields", "numbers", "places"})
    void damageIsRefusedWithItsName(Damage damage) throws IOException {
        Files.write(file, damage.bytes);
        String message = refusal(file);
        assertTrue(message.contains(damage.fault), message);
    }

    @Test
    void theSameFileUndamagedOpens() throws IOException {
        for (byte[] bytes : new byte[][]{file("{}"), file("{}   "), file("{\"__metadata__\":{}}"), file("{ \"t\"\n:{} }"
                .replace("{}", "{\"shape\":[0],\"data_offsets\":[0,0],\"dtype\":\"U8\"}")),
                file(two(3, 8, 0, 3), new byte[8]),
                file(two(0, 8, 0, 0), new byte[8]), file(two(0, 8, 8, 8), new byte[8]),
                file(tensor(DType.F32, "[2]", 8),
                        new byte[8])}) {
            Files.write(file, bytes);
            SafetensorsReader.open(file).close();
        }
    }

    @Test
    void aDirectoryIsRefused() throws IOException {
        Files.createDirectory(file);
        assertEquals(file + ": is not a regular file", refusal(file));
    }

    @Test
    void aMissingFileIsRefused() {
        assertEquals(file + ": does not exist", refusal(file));
    }
}
