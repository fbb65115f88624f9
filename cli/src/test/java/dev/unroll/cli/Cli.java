package dev.unroll.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Runs the command line as a process of its own, in a folder of its own. */
record Cli(Path folder) {
    /** What a process printed and how it ended. */
    record Result(int code, String out, String err) {
        String lastLine() {
            return out.lines().reduce((_, line) -> line).orElse("");
        }
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                        "-Djava.awt.headless=true",
                        "-Dunroll.backend=" + System.getProperty("unroll.backend", ""),
                        "-Dunroll.tuning=" + folder.resolve("tuning.txt"), "-XX:+UseSerialGC", "-cp",
                        System.getProperty("java.class.path"), "dev.unroll.cli.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile()).start();
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        return await(start(arguments));
    }

    Result await(Process process) throws IOException, InterruptedException {
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running after five minutes: " + read("out") + read("err"));
        }
        return new Result(process.exitValue(), read("out"), read("err"));
    }

    private String read(String name) throws IOException {
        return Files.readString(folder.resolve(name), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.equals("WARNING: Using incubator modules: jdk.incubator.vector"))
                .reduce("", (text, line) -> text + line + "\n");
    }

    /** A text of made-up words: easy to learn something of, impossible to learn by heart. */
    Path text(String name, int characters) throws IOException {
        String[] words = {"sun", "moon", "star", "light", "dark", "river", "stone", "and", "or", "the"};
        SplittableRandom random = new SplittableRandom(3);
        StringBuilder text = new StringBuilder();
        while (text.length() < characters) {
            text.append(words[random.nextInt(words.length)]).append(random.nextInt(8) == 0 ? ".\n" : " ");
        }
        return Files.writeString(folder.resolve(name), text.substring(0, characters));
    }
}
