package dev.unroll.models;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** An input as words in a file's metadata: {@code embedding 10000 200 + one-hot 5 + features 3}. */
final class InputText {
    private static final String JOIN = " + ";

    private InputText() {}

    static String of(Input input) {
        return switch (input) {
            case Input.OneHot(int size) -> "one-hot " + size;
            case Input.Embedding(int size, int dimension) -> "embedding " + size + " " + dimension;
            case Input.Features(int size) -> "features " + size;
            case Input.Joined(List<Input> parts) -> parts.stream().map(InputText::of).collect(Collectors.joining(JOIN));
        };
    }

    static Input read(String text) {
        String[] parts = text.split(Pattern.quote(JOIN), -1);
        return parts.length == 1
                ? part(text)
                : new Input.Joined(Arrays.stream(parts).map(InputText::part).toList());
    }

    private static Input part(String text) {
        String[] words = text.split(" ", -1);
        return switch (words[0]) {
            case "one-hot" -> new Input.OneHot(number(words, 1, 1));
            case "embedding" -> new Input.Embedding(number(words, 1, 2), number(words, 2, 2));
            case "features" -> new Input.Features(number(words, 1, 1));
            default -> throw new IllegalArgumentException("no input is called '" + words[0] + "'");
        };
    }

    /** Number {@code i} of {@code count} that follow a name. */
    private static int number(String[] words, int i, int count) {
        if (words.length != count + 1) {
            throw new IllegalArgumentException("'%s' %s a size".formatted(String.join(" ", words),
                    words.length <= count ? "lacks" : "has more than"));
        }
        return Integer.parseInt(words[i]);
    }
}
