package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.tensor.SafetensorsException;
import dev.unroll.tensor.SafetensorsReader;
import dev.unroll.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The vocabularies that a network's file keeps, and what damage to them is found. */
class VocabularyFileTest extends OnBackendUnderTest {
    private static final Vocabulary TAGS = Vocabulary.ofLabels("O", "B-PER");

    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("network.safetensors");
    }

    static Stream<Vocabulary> vocabularies() {
        Tokenizer.Words words = Tokenizer.words();
        return Stream.of(Vocabulary.builder(words).count("one two").build(),
                Vocabulary.builder(words.lowerCased()).count("one").padding().end().build(),
                Vocabulary.builder(words.endingLines()).count("one").build(),
                Vocabulary.builder(words.lowerCased().endingLines()).count("one").build(),
                Vocabulary.builder(Tokenizer.characters()).count("a\n\"\ud83c\udf00\u0000").padding().build(),
                Vocabulary.builder(words).count(List.of("\"'\\/{}[]:,", "a b", "\u0000\u001b\n\r", "<UNK>", " ",
                        "\ud83c\udf00\u2028\uffff", "\u00e9", "e\u0301")).build(),
                Vocabulary.ofLabels("one", "\n", "{\"tokens\":[]}"));
    }

    private Network saved(NetworkBuilder builder) throws IOException {
        try (Network network = builder.build(5, kernels)) {
            network.save(file);
        }
        return Network.load(file, kernels);
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void everyVocabularyComesBack(Vocabulary vocabulary) throws IOException {
        int size = vocabulary.size();
        try (Network back = saved(Network.builder(size).rnn(2).softmax(3).vocabulary(vocabulary))) {
            assertEquals(Optional.of(vocabulary), back.vocabulary());
            assertEquals(Optional.empty(), back.labels());
        }
    }

    @ParameterizedTest
    @MethodSource("vocabularies")
    void everyVocabularyComesBackAsLabels(Vocabulary vocabulary) throws IOException {
        try (Network back = saved(
                Network.builder(new Input.Features(3)).rnn(2).softmax(vocabulary.size()).labels(vocabulary))) {
            assertEquals(Optional.of(vocabulary), back.labels());
            assertEquals(Optional.empty(), back.vocabulary());
        }
    }

    @Test
    void theThreeAreKeptApart() throws IOException {
        Vocabularies three = new Vocabularies(Optional.of(Vocabulary.ofCharacters("abc")), Optional.of(TAGS),
                Optional.of(Vocabulary.ofCharacters("xyz!")));
        try (Network drawn = Network.builder(3).rnn(2).softmax(2).build(5, kernels);
                Network network = Network.of(drawn.architecture(), three, drawn.parameters(), kernels)) {
            network.save(file);
        }
        try (Network back = Network.load(file, kernels)) {
            assertEquals(three, back.vocabularies());
        }
    }

    @Test
    void aTokenizerThatIsReadSplitsAsTheOneThatWasWritten() throws IOException {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.words().lowerCased().endingLines()).count("one two\n")
                .build();
        try (Network back = saved(Network.builder(4).rnn(2).softmax(4).vocabulary(vocabulary))) {
            assertEquals("two\none", back.vocabulary().orElseThrow()
                    .decode(back.vocabulary().orElseThrow().encode("TWO\r\nThree one")));
        }
    }

    @Test
    void labelsOfAnotherNumberThanTheHeadHasAreRefused() {
        assertEquals("network: 2 labels for a head of 3 classes",
                assertThrows(IllegalArgumentException.class,
                        () -> Network.builder(3).rnn(2).softmax(3).labels(TAGS).build(1, kernels)).getMessage());
    }

    @Test
    void metadataIsTheDocumentedText() throws IOException {
        Vocabulary words = Vocabulary.builder(Tokenizer.words().lowerCased().endingLines()).count("b a \u00e9 a")
                .padding().build();
        saved(Network.builder(6).rnn(2).softmax(2).vocabulary(words).labels(TAGS)).close();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertEquals(Map.of("format", "unroll-network", "version", "3", "input", "one-hot 6", "layers", "rnn 2",
                    "head", "softmax 2", "vocabulary",
                    "{\"tokenizer\":\"words lower-case line-ends\",\"specials\":[\"padding\",\"unknown\",\"end\"],"
                            + "\"tokens\":[\"a\",\"b\",\"\u00e9\"]}",
                    "labels", "{\"tokenizer\":\"labels\",\"specials\":[],\"tokens\":[\"O\",\"B-PER\"]}"),
                    reader.metadata());
        }
    }

    private String refusal(String key, String value) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "unroll-network")
                .metadata("version", "3").metadata("input", "one-hot 3").metadata("layers", "rnn 1")
                .metadata("head", "softmax 3").metadata(key, value);
        writer.add("layer0.weight", new float[4], 1, 4).add("layer0.bias", new float[1], 1, 1)
                .add("head.weight", new float[3], 3, 1).add("head.bias", new float[3], 1, 3).write(file);
        String message = assertThrows(SafetensorsException.class, () -> Network.load(file, kernels)).getMessage();
        String beginning = file + ": its metadata is damaged: ";
        assertTrue(message.startsWith(beginning), message);
        assertEquals(1, message.lines().count(), message);
        return message.substring(beginning.length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "abc | its JSON is refused: ",
            "\"abc\" | it is no JSON object",
            "[] | it is no JSON object",
            "{} | it lacks its tokenizer",
            "{'tokenizer':'labels','tokens':['a','b','c']} | it lacks its specials",
            "{'tokenizer':'labels','specials':[]} | it lacks its tokens",
            "{'tokenizer':'letters','specials':[],'tokens':['a','b','c']} | no tokenizer is called 'letters'",
            "{'tokenizer':'words line-ends lower-case','specials':[],'tokens':['a']} | no tokenizer is called",
            "{'tokenizer':7,'specials':[],'tokens':['a','b','c']} | its tokenizer is no string",
            "{'tokenizer':'labels','specials':{},'tokens':['a','b','c']} | its specials are no array",
            "{'tokenizer':'labels','specials':['start'],'tokens':['a','b']} | no special token is called 'start'",
            "{'tokenizer':'labels','specials':['end','padding'],'tokens':['a']} | its specials are not each once and in order",
            "{'tokenizer':'labels','specials':['end','end'],'tokens':['a']} | its specials are not each once and in order",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b',3]} | one of its tokens is no string",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b',null]} | one of its tokens is no string",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b',['c']]} | one of its tokens is no string",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b','a']} | vocabulary: the token 'a' is there twice",
            "{'tokenizer':'labels','specials':[],'tokens':['a','','b']} | vocabulary: a token is empty",
            "{'tokenizer':'labels','specials':[],'tokens':[]} | vocabulary: there is no token",
            "{'tokenizer':'characters','specials':[],'tokens':['a','bb','c']} | vocabulary: the token 'bb' is no single character",
            "{'tokenizer':'characters','specials':[],'tokens':['a','c','b']} | vocabulary: the characters are not in ascending order",
            "{'tokenizer':'words line-ends','specials':[],'tokens':['a','b','c']} | its line ends are tokens without an 'end'",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b','c'],'more':1} | it has an unknown field 'more'",
            "{'tokenizer':'labels','tokenizer':'labels','specials':[],'tokens':['a','b','c']} | its JSON is refused: Duplicate field",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b','c']} x | its JSON is refused: ",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b','c']} {} | more follows its object",
            "{'tokenizer':'labels','specials':[],'tokens':['a','b','c' | its JSON is refused: "})
    void damageIsNamed(String json, String fault) throws IOException {
        for (String key : List.of("vocabulary", "labels", "source")) {
            String message = refusal(key, json.replace('\'', '"'));
            assertTrue(message.startsWith("'" + key + "': " + fault), message);
        }
    }

    @Test
    void anotherSizeThanTheNetworksIsRefused() throws IOException {
        String two = "{\"tokenizer\":\"labels\",\"specials\":[],\"tokens\":[\"a\",\"b\"]}";
        assertEquals("network: a vocabulary of 2 for an input of 3 tokens", refusal("vocabulary", two));
        assertEquals("network: 2 labels for a head of 3 classes", refusal("labels", two));
    }

    @Test
    void tokensCannotBreakTheMessage() throws IOException {
        String message = refusal("labels", "{\"tokenizer\":\"\\n\\u001b[31m" + "x".repeat(100_000) + "\"}");
        assertTrue(message.length() < 300, message);
        assertEquals(-1, message.indexOf('\u001b'), message);
    }
}
