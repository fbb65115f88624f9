package dev.unroll.examples.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.unroll.models.Tokenizer;
import dev.unroll.models.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionRequestTest {
    private static CompletionRequest parse(String json) throws RefusedException {
        return CompletionRequest.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    private static RefusedException refusal(byte[] body) {
        return assertThrows(RefusedException.class, () -> CompletionRequest.parse(body));
    }

    @Test
    void readsAllFields() throws RefusedException {
        assertEquals(new CompletionRequest("Once", 12, 0.5, OptionalLong.of(-7)),
                parse("{\"seed\": -7, \"temperature\": 0.5, \"prompt\": \"Once\", \"length\": 12}"));
    }

    @Test
    void needsNoMoreThanAPrompt() throws RefusedException {
        assertEquals(new CompletionRequest("é😀\n", 200, 0.7, OptionalLong.empty()),
                parse(" {\"prompt\": \"é\\ud83d\\ude00\\n\"} "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                      | the body is no JSON object
            []                                      | the body is no JSON object
            "a"                                     | the body is no JSON object
            {                                       | wrong JSON
            nonsense                                | wrong JSON at line 1, column 1
            {"prompt": "a"                          | wrong JSON
            {"prompt": "a"} {}                      | something follows the JSON object
            {"prompt": "a"} x                       | wrong JSON
            {}                                      | prompt is missing
            {"length": 3}                           | prompt is missing
            {"prompt": ""}                          | prompt is empty
            {"prompt": 3}                           | prompt is no string
            {"prompt": null}                        | prompt is no string
            {"prompt": ["a"]}                       | prompt is no string
            {"prompt": {"prompt": "a"}}             | prompt is no string
            {"prompt": "a", "prompt": "a"}          | prompt is there twice
            {"prompt": "a", "colour": 1}            | unknown field 'colour'
            {"prompt": "a\\ud800"}                  | half of a surrogate pair, U+D800, at position 1
            {"prompt": "\\udc00a"}                  | half of a surrogate pair, U+DC00, at position 0
            {"prompt": "a", "length": 0}            | length is 0; wanted 1 to 10000
            {"prompt": "a", "length": 10001}        | length is 10001; wanted 1 to 10000
            {"prompt": "a", "length": 4294967297}   | length is 4294967297; wanted 1 to 10000
            {"prompt": "a", "length": 1.5}          | length is no whole number
            {"prompt": "a", "length": "10"}         | length is no whole number
            {"prompt": "a", "temperature": -0.1}    | temperature is -0.1; wanted 0 to 2
            {"prompt": "a", "temperature": 2.1}     | temperature is 2.1; wanted 0 to 2
            {"prompt": "a", "temperature": 1e999}   | temperature is 1e999; wanted 0 to 2
            {"prompt": "a", "temperature": NaN}     | wrong JSON
            {"prompt": "a", "temperature": "hot"}   | temperature is no number
            {"prompt": "a", "seed": 9223372036854775808} | seed is 9223372036854775808; wanted
            {"prompt": "a", "seed": 0.5}            | seed is no whole number
            """)
    void refusesAnythingElse(String json, String message) {
        RefusedException e = refusal(json.getBytes(StandardCharsets.UTF_8));
        assertEquals(400, e.status());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void refusesWhatIsNotUtf8() {
        byte[] body = "{\"prompt\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals("the body is not UTF-8", refusal(body).getMessage());
    }

    @Test
    void refusesDeepNestingAtItsBeginning() {
        byte[] body = ("{\"prompt\": " + "[".repeat(60_000)).getBytes(StandardCharsets.US_ASCII);
        assertEquals(400, refusal(body).status());
    }

    @Test
    void aPromptMayHave4096CharactersAndNoMore() throws RefusedException {
        String most = "😀".repeat(CompletionRequest.MAX_PROMPT);
        assertEquals(most, parse("{\"prompt\": \"%s\"}".formatted(most)).prompt());
        RefusedException e = refusal("{\"prompt\": \"a%s\"}".formatted(most).getBytes(StandardCharsets.UTF_8));
        assertEquals(413, e.status());
        assertEquals("prompt has 4097 characters; wanted at most 4096", e.getMessage());
    }

    @Test
    void namesTheCharacterThatTheModelDoesNotKnow() throws RefusedException {
        CompletionRequest request = parse("{\"prompt\": \"ab😀x\"}");
        RefusedException e = assertThrows(RefusedException.class, () -> request.tokens(Vocabulary.ofCharacters("abc")));
        assertEquals(400, e.status());
        assertEquals("prompt has '😀' U+1F600 at position 2, which is none of the model's 3 characters",
                e.getMessage());
    }

    @Test
    void readsWhatIsNotKnownAsUnknownWhereTheModelCan() throws RefusedException {
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.characters()).unknown().count("ab").build();
        int[] tokens = parse("{\"prompt\": \"axb\"}").tokens(vocabulary);
        assertArrayEquals(
                new int[]{vocabulary.indexOf('a'), vocabulary.unknown().orElseThrow(), vocabulary.indexOf('b')},
                tokens);
    }
}
