package dev.unroll.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Specifies vocabularies that are counted, of words above all, and their special tokens. */
class VocabularyOfWordsTest {
    private static final Tokenizer.Words WORDS = Tokenizer.words();

    private static VocabularyBuilder counted(String text) {
        return Vocabulary.builder(WORDS).count(text);
    }

    @Test
    void wordsStandByHowCommonTheyAreAndThenByTheirCharacters() {
        assertEquals(List.of("c", "a", "b", "d"), counted("b c a d c b c a").build().tokens());
    }

    @Test
    void theOrderInWhichWordsCameDoesNotMatter() {
        assertEquals(counted("x y z w").build(), counted("w z y x").build());
    }

    @Test
    void specialTokensStandFirstInTheirOrder() {
        Vocabulary vocabulary = counted("a b").end().padding().build();
        assertEquals(OptionalInt.of(0), vocabulary.padding());
        assertEquals(OptionalInt.of(1), vocabulary.unknown());
        assertEquals(OptionalInt.of(2), vocabulary.end());
        assertEquals(List.of("<PAD>", "<UNK>", "<EOS>", "a", "b"),
                List.of(vocabulary.token(0), vocabulary.token(1), vocabulary.token(2), vocabulary.token(3),
                        vocabulary.token(4)));
        assertEquals(5, vocabulary.size());
        assertTrue(vocabulary.isSpecial(2));
        assertFalse(vocabulary.isSpecial(3));
        assertFalse(vocabulary.isSpecial(-1));
    }

    @Test
    void wordsAlwaysHaveAnUnknownOne() {
        Vocabulary vocabulary = counted("a").build();
        assertEquals(OptionalInt.empty(), vocabulary.padding());
        assertEquals(OptionalInt.of(0), vocabulary.unknown());
        assertEquals(OptionalInt.empty(), vocabulary.end());
    }

    @Test
    void charactersHaveSpecialTokensWhereTheyAreAskedFor() {
        Vocabulary plain = Vocabulary.builder(Tokenizer.characters()).count("cab").build();
        assertEquals(Vocabulary.ofCharacters("abc"), plain);
        Vocabulary vocabulary = Vocabulary.builder(Tokenizer.characters()).count("cab").padding().end().build();
        assertArrayEquals(new int[]{3, 2, 4}, vocabulary.encode("bac"));
        assertEquals(2, vocabulary.indexOf('a'));
        assertThrows(IllegalArgumentException.class, () -> vocabulary.encode("x"));
    }

    @Test
    void atMostCountsTheSpecialTokensIn() {
        Vocabulary vocabulary = counted("b c a d c b c a").atMost(4).build();
        assertEquals(List.of("c", "a", "b"), vocabulary.tokens());
        assertEquals(4, vocabulary.size());
    }

    @Test
    void whatIsTooRareIsCut() {
        assertEquals(List.of("c", "a", "b"), counted("b c a d c b c a").atLeast(2).build().tokens());
        assertEquals(List.of("c"), counted("b c a d c b c a").atLeast(3).atMost(10).build().tokens());
    }

    @Test
    void whatIsCutIsUnknown() {
        Vocabulary words = counted("a a b").atLeast(2).build();
        assertArrayEquals(new int[]{1, 0, 1, 0}, words.encode("a b a nothing"));
        Vocabulary characters = Vocabulary.builder(Tokenizer.characters()).count("aab").atMost(2).build();
        assertArrayEquals(new int[]{1, 0, 0, 1}, characters.encode("ab\ud83c\udf00a"));
    }

    @Test
    void charactersThatAreLeftStandInAscendingOrder() {
        assertEquals("acx",
                Vocabulary.builder(Tokenizer.characters()).count("xxxccab").atMost(4).build().characters());
    }

    @Test
    void aCutThatLeavesNothingIsRefused() {
        assertEquals(
                "vocabulary: 2 different tokens were counted, and none is left by at most 1 with 1 special ones, at least 1"
                        + " times each; wanted one or more",
                assertThrows(IllegalArgumentException.class, () -> counted("a b").atMost(1).build()).getMessage());
        assertThrows(IllegalArgumentException.class, () -> counted("a b").atLeast(2).build());
        assertThrows(IllegalArgumentException.class, () -> counted("").build());
        assertThrows(IllegalArgumentException.class, () -> counted("a").atMost(0));
        assertThrows(IllegalArgumentException.class, () -> counted("a").atLeast(0));
    }

    @Test
    void aTextThatSaysUnkIsNotTheSpecialToken() {
        Vocabulary vocabulary = counted("<UNK> <PAD>").padding().build();
        assertArrayEquals(new int[]{2, 5, 3}, vocabulary.encode("<UNK>"));
        assertEquals(-1, vocabulary.indexOf("<UNK>"));
        assertArrayEquals(new int[]{1}, vocabulary.encode(List.of("<UNK>")));
        Vocabulary literal = Vocabulary.builder(WORDS).count(List.of("<UNK>")).build();
        assertEquals(1, literal.indexOf("<UNK>"));
        assertEquals("<UNK>", literal.decode(0, 1));
    }

    @Test
    void lineEndsAreEosWhereTheTokenizerTellsThem() {
        Vocabulary vocabulary = Vocabulary.builder(WORDS.endingLines()).count("a b\nb\n").build();
        assertEquals(OptionalInt.of(1), vocabulary.end());
        assertArrayEquals(new int[]{3, 1, 2, 2, 1}, vocabulary.encode("a\nb b\n"));
        assertEquals("a\nb b\n", vocabulary.decode(3, 1, 2, 2, 1));
    }

    @Test
    void anEosThatWasAskedForIsNoLineEnd() {
        Vocabulary vocabulary = counted("a b").end().build();
        assertArrayEquals(new int[]{2, 3}, vocabulary.encode("a\nb\n"));
        assertEquals("a b", vocabulary.decode(2, 1, 3, 1));
    }

    @Test
    void smallLettersAreOfTheVocabulary() {
        Vocabulary vocabulary = Vocabulary.builder(WORDS.lowerCased()).count("The the THE cat").build();
        assertEquals(List.of("the", "cat"), vocabulary.tokens());
        assertArrayEquals(new int[]{1, 2}, vocabulary.encode("tHe CAT"));
        assertArrayEquals(new int[]{1, 2}, vocabulary.encode(List.of("THE", "Cat")));
    }

    @Test
    void tokensThatAreSplitAlreadyMayHoldAnything() {
        Vocabulary vocabulary = Vocabulary.builder(WORDS).count(List.of("New York", "a\nb", "New York")).build();
        assertArrayEquals(new int[]{1, 2, 0}, vocabulary.encode(List.of("New York", "a\nb", "York")));
    }

    @Test
    void anEmptyTokenAndHalfACharacterAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Vocabulary.builder(WORDS).count(List.of("")));
        assertThrows(IllegalArgumentException.class, () -> counted("a \ud83c b"));
        assertEquals("vocabulary: the token 'ab' is no single character",
                assertThrows(IllegalArgumentException.class,
                        () -> Vocabulary.builder(Tokenizer.characters()).count(List.of("ab"))).getMessage());
    }

    @Test
    void severalTextsAreCountedTogether() {
        assertEquals(List.of("b", "a", "c"), counted("a b").count("b c").build().tokens());
        assertEquals(3, counted("a b").count("b c").distinct());
    }

    @Test
    void labelsStandAsTheyAreGiven() {
        Vocabulary labels = Vocabulary.ofLabels("O", "B-PER", "I-PER");
        assertEquals(List.of("O", "B-PER", "I-PER"), labels.tokens());
        assertArrayEquals(new int[]{1, 2, 0}, labels.encode(List.of("B-PER", "I-PER", "O")));
        assertArrayEquals(new int[]{1}, labels.encode("B-PER"));
        assertEquals(OptionalInt.empty(), labels.unknown());
    }

    @Test
    void anUnknownLabelIsNamedWithItsPlace() {
        Vocabulary labels = Vocabulary.ofLabels("O", "B-PER");
        assertEquals("encode: the label 'B-?LOC' at position 1 is none of the 2 known",
                assertThrows(IllegalArgumentException.class, () -> labels.encode(List.of("O", "B-\u001bLOC")))
                        .getMessage());
    }

    @Test
    void aLabelThatIsThereTwiceOrEmptyIsRefused() {
        assertEquals("vocabulary: the token 'O' is there twice",
                assertThrows(IllegalArgumentException.class, () -> Vocabulary.ofLabels("O", "X", "O")).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Vocabulary.ofLabels("O", ""));
        assertThrows(IllegalArgumentException.class, () -> Vocabulary.ofLabels());
    }

    @Test
    void anIndexThatIsNoTokensIsRefused() {
        Vocabulary vocabulary = counted("a").build();
        assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.token(2));
        assertThrows(IndexOutOfBoundsException.class, () -> vocabulary.decode(-1));
    }

    @Test
    void tokenizerAndSpecialTokensAreOfTheVocabulary() {
        Vocabulary words = counted("a").build();
        assertEquals(words, counted("a a").build());
        assertEquals(words.hashCode(), counted("a a").build().hashCode());
        assertNotEquals(words, counted("a").padding().build());
        assertNotEquals(words, Vocabulary.builder(WORDS.lowerCased()).count("a").build());
        assertNotEquals(Vocabulary.ofLabels("a"), Vocabulary.ofCharacters("a"));
    }

    @Test
    void anEncoderGivesWhatCameSinceTheLastTime() {
        Vocabulary vocabulary = Vocabulary.builder(WORDS.endingLines()).count("a b\n").build();
        TokenEncoder encoder = new TokenEncoder(vocabulary, "");
        WordSplitter splitter = new WordSplitter(WORDS.endingLines(), encoder);
        splitter.add("a b ".repeat(200));
        int[] first = encoder.take();
        splitter.add("\n").end();
        int[] second = encoder.take();
        assertTrue(first.length > 200, "nothing came before the end");
        assertEquals(401, first.length + second.length);
        assertEquals(vocabulary.end().orElseThrow(), second[second.length - 1]);
        assertEquals(0, encoder.take().length);
    }

    @Test
    void anEncoderCountsThePlaceOfWhatItTook() {
        TokenEncoder encoder = new TokenEncoder(Vocabulary.ofLabels("a"), " of book.txt");
        encoder.token("a");
        encoder.take();
        encoder.token("a");
        assertEquals("encode: the label 'x' at position 2 of book.txt is none of the 1 known",
                assertThrows(IllegalArgumentException.class, () -> encoder.token("x")).getMessage());
    }
}
