package dev.unroll.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharacterModelTest {
    @Test
    void writesTheSentenceItHasRead(@TempDir Path folder) throws IOException {
        String sentence = "the quick brown fox jumps over the lazy dog. ";
        Path file = folder.resolve("fox.safetensors");
        CharacterModel.train(sentence.repeat(100), 150, file);
        String text = CharacterModel.write(file, 3 * sentence.length());
        assertTrue(text.contains(sentence), text);
    }
}
