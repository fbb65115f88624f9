package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user can get wrong: one sentence, exit code 2, no stack trace. */
@Isolated("replaces System.err")
class UserErrorTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        Files.writeString(folder.resolve("empty.txt"), "");
        Files.writeString(folder.resolve("short.txt"), "only a few characters");
        Files.write(folder.resolve("latin1.txt"), new byte[]{'a', (byte) 0xe9, 'b'});
        Files.write(folder.resolve("damaged.safetensors"), new byte[]{8, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' '});
        new Cli(folder).text("book.txt", 5_000);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("Unknown option: '--foo'", "train --foo"),
                Arguments.of("Unmatched argument", "nonsense"),
                Arguments.of("Missing required option: '--model=FILE'", "sample"),
                Arguments.of("--hidden is '0'; wanted a whole number", "train --text @book.txt --hidden 0"),
                Arguments.of("--steps is 'many'", "train --text @book.txt --steps many"),
                Arguments.of("--learning-rate is 'NaN'", "train --text @book.txt --learning-rate NaN"),
                Arguments.of("--validation is '1'", "train --text @book.txt --validation 1"),
                Arguments.of("--cell is 'tree': no cell is called 'tree'; wanted one of [rnn, gru,",
                        "train --text @book.txt --cell tree"),
                Arguments.of("--dropout is '1'; wanted a number of 0 or more and below 1",
                        "train --text @book.txt --dropout 1"),
                Arguments.of("--zoneout is 'some'; wanted a number", "train --text @book.txt --zoneout some"),
                Arguments.of("Missing required parameter: 'FILE'", "replay"),
                Arguments.of("does not exist", "replay @none.safetensors"),
                Arguments.of("no backend 'gpu'", "replay --backend gpu @book.txt"),
                Arguments.of("--threads 0; wanted 1 or more", "replay --threads 0 @book.txt"),
                Arguments.of("damaged.safetensors: claims a header of 8 bytes", "replay @damaged.safetensors"),
                Arguments.of("no backend 'gpu'", "train --text @book.txt --backend gpu"),
                Arguments.of("--threads is 0", "train --text @book.txt --threads 0"),
                Arguments.of("there is no such file", "train --text @none.txt"),
                Arguments.of("no regular file", "train --text @."),
                Arguments.of("is empty", "train --text @empty.txt"),
                Arguments.of("is not UTF-8", "train --text @latin1.txt"),
                Arguments.of("is too short", "train --text @short.txt"),
                Arguments.of("GB of memory", "train --text @book.txt --hidden 500000"),
                Arguments.of("directory", "train --text @book.txt --out @none/model.safetensors"),
                Arguments.of("does not exist", "train --resume @none.safetensors"),
                Arguments.of("damaged.safetensors", "train --resume @damaged.safetensors"),
                Arguments.of("damaged.safetensors", "sample --model @damaged.safetensors"),
                Arguments.of("book.txt", "sample --model @book.txt"),
                Arguments.of("--length is -1", "sample --model @none.safetensors --length -1"),
                Arguments.of("--temperature is -0.5", "sample --model @none.safetensors --temperature -0.5"),
                Arguments.of("damaged.safetensors", "evaluate --model @damaged.safetensors --text @book.txt"));
    }

    private record Output(int code, String err) {}

    private Output run(String line) {
        String[] arguments = Stream.of(line.split(" "))
                .map(word -> word.startsWith("@") ? folder.resolve(word.substring(1)).toString() : word)
                .toArray(String[]::new);
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            return new Output(Main.run(arguments), bytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isOneSentenceAndExitCodeTwo(String part, String line) {
        Output output = run(line);
        assertEquals(2, output.code(), output.err());
        assertTrue(output.err().contains(part), output.err());
        assertEquals(1, output.err().lines().count(), output.err());
    }

    @Test
    void aTrainingThatFailsLeavesNoFile() throws IOException {
        run("train --text @short.txt --out @model.safetensors");
        try (Stream<Path> files = Files.list(folder)) {
            assertFalse(files.anyMatch(file -> file.getFileName().toString().startsWith("model")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "sample", "evaluate", "doctor"})
    void everyCommandHelpsWithExamples(String command) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            assertEquals(0, Main.run(command, "--help"));
        } finally {
            System.setOut(before);
        }
        assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("./unroll " + command),
                bytes.toString(StandardCharsets.UTF_8));
    }
}
