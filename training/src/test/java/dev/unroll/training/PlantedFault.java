package dev.unroll.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A fault in the library's source.
 *
 * @param name what is wrong
 * @param source where
 * @param snippet what stands there, and nowhere else in the file
 * @param replacement what stands there instead
 * @param concerns the cases that may show it
 */
record PlantedFault(String name, Source source, String snippet, String replacement, Predicate<StackCase> concerns) {
    /**
     * A file of the project's own tree.
     *
     * @param module its folder
     * @param name of the class, with its package
     */
    record Source(String module, String name) {
        Path path() {
            return Path.of("..", module, "src", "main", "java").resolve(name.replace('.', '/') + ".java");
        }

        String read() throws IOException {
            return Files.readString(path());
        }

        PlantedFault fault(String what, String snippet, String replacement, Predicate<StackCase> concerns) {
            return new PlantedFault(what, this, snippet, replacement, concerns);
        }

        /** Code that is left out. */
        PlantedFault without(String what, String snippet, Predicate<StackCase> concerns) {
            return fault(what, snippet, "", concerns);
        }
    }

    /** The source with the fault in it; how its lines are broken does not matter. */
    String plant() throws IOException {
        Pattern pattern = Pattern.compile(
                Arrays.stream(snippet.split("\\s+", -1)).map(Pattern::quote).collect(Collectors.joining("\\s+")));
        Matcher matcher = pattern.matcher(source.read());
        assertEquals(1, matcher.results().count(), () -> "%s: occurrences of `%s`, which the fault is to replace"
                .formatted(source.path(), snippet));
        return matcher.replaceFirst(Matcher.quoteReplacement(replacement));
    }

    @Override
    public String toString() {
        return source.name().substring(source.name().lastIndexOf('.') + 1) + ": " + name;
    }
}
