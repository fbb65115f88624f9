package dev.unroll.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
@Isolated("replaces System.out and System.err")
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
                Arguments.of("--optimizer is 'lbfgs'; wanted sgd, momentum, nesterov, rmsprop or adam",
                        "train --text @book.txt --optimizer lbfgs"),
                Arguments.of("--weight-decay is '500'; wanted a number of 0 or more and below 1/--learning-rate",
                        "train --text @book.txt --weight-decay 500"),
                Arguments.of("--schedule is 'cosine': wanted constant, step STEPS FACTOR, exponential",
                        "train --text @book.txt --schedule cosine"),
                Arguments.of("--schedule is 'step many 0.5': 'many' is no whole number; wanted constant,",
                        "train --text @book.txt --schedule step~many~0.5"),
                Arguments.of("--schedule is 'plateau 2 3': reduce on plateau: decay is 2.0; wanted 0 to 1",
                        "train --text @book.txt --schedule plateau~2~3"),
                Arguments.of("--schedule is 'warm-up 0 constant': warm-up: steps is 0; wanted 1 or more",
                        "train --text @book.txt --schedule warm-up~0~constant"),
                Arguments.of("--clip is '0'; wanted a number above 0", "train --text @book.txt --clip 0"),
                Arguments.of("--clip-value is '-1'; wanted a number above 0",
                        "train --text @book.txt --clip-value -1"),
                Arguments.of("--label-smoothing is '1'; wanted a number of 0 or more and below 1",
                        "train --text @book.txt --label-smoothing 1"),
                Arguments.of("--back is '20'; wanted a whole number, 50 (--time) or more",
                        "train --text @book.txt --back 20"),
                Arguments.of("--checkpoint-time is '-1'; wanted a whole number, 0 to",
                        "train --text @book.txt --checkpoint-time -1"),
                Arguments.of("--replicas is '33'; wanted a whole number, 1 to 32 (--batch)",
                        "train --text @book.txt --replicas 33"),
                Arguments.of("--early-stop is '-1'; wanted a whole number, 0 or more",
                        "train --text @book.txt --early-stop -1"),
                Arguments.of("--skips is 'no'; wanted a whole number, 0 or more",
                        "train --text @book.txt --skips no"),
                Arguments.of("--checkpoint-every is '0'; wanted a whole number, 1 or more",
                        "train --text @book.txt --checkpoint-every 0"),
                Arguments.of("--keep is '0'; wanted a whole number, 1 or more", "train --text @book.txt --keep 0"),
                Arguments.of("GB of memory",
                        "train --text @book.txt --time 20 --back 1000000 --batch 100 --hidden 999"),
                Arguments.of("short.txt', which is a file; wanted a directory",
                        "train --text @book.txt --report @short.txt --out @model.safetensors"),
                Arguments.of("holds no checkpoint", "train --resume @."),
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
                Arguments.of("--top-k is 0; wanted 1 or more", "sample --model @none.safetensors --top-k 0"),
                Arguments.of("--top-p is 1.5; wanted above 0, up to 1", "sample --model @none.safetensors --top-p 1.5"),
                Arguments.of("--top-p is NaN", "sample --model @none.safetensors --top-p NaN"),
                Arguments.of("--beam is 0; wanted 1 or more", "sample --model @none.safetensors --beam 0"),
                Arguments.of("--temperature and --beam; wanted one of them",
                        "sample --model @none.safetensors --beam 2 --temperature 0.8"),
                Arguments.of("--top-k and --beam", "sample --model @none.safetensors --beam 2 --top-k 2"),
                Arguments.of("--top-p and --beam", "sample --model @none.safetensors --beam 2 --top-p 0.9"),
                Arguments.of("--seed and --beam", "sample --model @none.safetensors --beam 2 --seed 1"),
                Arguments.of("damaged.safetensors", "evaluate --model @damaged.safetensors --text @book.txt"));
    }

    private InProcess.Result run(String line) {
        return new InProcess(folder).run(line);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isOneSentenceAndExitCodeTwo(String part, String line) {
        InProcess.Result output = run(line);
        assertEquals(2, output.code(), output.err());
        assertTrue(output.err().contains(part), output.err());
        assertEquals(1, output.err().lines().count(), output.err());
    }

    @Test
    void aTrainingThatFailsLeavesNoFile() throws IOException {
        run("train --text @short.txt --out @model.safetensors");
        try (Stream<Path> files = Files.list(folder)) {
            assertFalse(files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.startsWith("model") || name.endsWith(".tokens")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "sample", "evaluate", "text", "doctor"})
    void everyCommandHelpsWithExamples(String command) {
        InProcess.Result output = run(command + " --help");
        assertEquals(0, output.code());
        assertTrue(output.out().contains("./unroll " + command), output.out());
    }
}
