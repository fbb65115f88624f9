package dev.unroll.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Runs the command line in this process, which is faster; the test that does so is isolated, since it takes System.out and
 * System.err meanwhile.
 *
 * @param folder of the files in a command line, which begin with {@code @} there
 */
record InProcess(Path folder) {
    /** What was printed and how it ended. */
    record Result(int code, String out, String err) {
        String all() {
            return out + err;
        }
    }

    /** Runs a line of words; a {@code ~} is a space in a word. */
    Result run(String line) {
        String[] arguments = Stream.of(line.split(" "))
                .map(word -> word.startsWith("@")
                        ? folder.resolve(word.substring(1)).toString()
                        : word.replace('~', ' '))
                .toArray(String[]::new);
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            return new Result(Main.run(arguments), outBytes.toString(StandardCharsets.UTF_8),
                    errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
